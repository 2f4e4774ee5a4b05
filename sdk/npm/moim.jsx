// What development servers load instead of moim.js. Vite up to version 7 bundles each dependency whose file is a `.js` into
// a folder of its own, where moim_bg.wasm is not; a `.jsx` it leaves where it is.

export * from "./moim.js";
export { default } from "./moim.js";
