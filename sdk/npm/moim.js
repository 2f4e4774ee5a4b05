// The entry of the package: the classes and functions of bindings.js, and `init`, which they need first.

export * from "./bindings.js";
export { default, initSync } from "./init.js";
