// The entry point of the package: the classes and functions of bindings.js, and `init`, which they require.

export * from "./bindings.js";
export { default, initSync, preload } from "./init.js";
