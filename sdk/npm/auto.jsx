// For `moim/auto`, what moim.jsx is for `moim`.

export * from "./auto.js";
export { default } from "./auto.js";
