export * from "./moim.js";
export { default } from "./moim.js";
