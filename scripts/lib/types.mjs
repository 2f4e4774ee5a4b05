// The generated types, without what is the business of the generated code alone.

/**
 * wasm-bindgen lists the module's raw exports, with `any` and with names that change with every compiler. Users call
 * classes and functions; of the raw exports only the memory is of use to them.
 *
 * @param {string} types the text of a `.d.ts`
 */
export function tidyTypes(types) {
  const exports = /export interface InitOutput \{\n(?: {4}[^\n]*\n)*\}\n/;
  if (!exports.test(types)) throw new Error("The generated types have no InitOutput: has wasm-bindgen changed?");
  return types.replace(exports, "export interface InitOutput {\n    readonly memory: WebAssembly.Memory;\n}\n");
}
