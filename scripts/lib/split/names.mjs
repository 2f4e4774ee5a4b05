// Shortens the names by which a module and its JavaScript know each other's functions: those of wasm-bindgen are long, and
// many end in a hash, which does not compress.

import { KIND, SECTION, readModule } from "./reader.mjs";
import { concat, list, name, section, unsigned, writeModule } from "./writer.mjs";

/** What the handwritten JavaScript calls. */
const KEPT = ["__wbindgen_start"];
/** The names that chunks use do not begin with it: see split.mjs. */
const PREFIX = "_";

/**
 * Renames the functions that a module imports from `glue`, and those that it exports.
 *
 * @param {Uint8Array} bytes
 * @param {string} glue wasm-bindgen's JavaScript, as the module names it
 * @returns {{ module: Uint8Array, rename: (text: string) => string }} `rename` changes wasm-bindgen's JavaScript and types
 * accordingly
 */
export function shortenNames(bytes, glue) {
  const module = readModule(bytes);
  const imports = shortNames(module.imports.filter(({ from }) => from === glue));
  const exports = shortNames(module.exports.filter(({ name, kind }) => kind === KIND.FUNCTION && !KEPT.includes(name)));
  const changed = {
    [SECTION.IMPORT]: () => list(module.imports.map((one) => writeImport(one.from === glue ? imports : new Map(), one))),
    [SECTION.EXPORT]: () => list(module.exports.map((one) => writeExport(exports, one))),
  };
  const sections = module.sections.map(({ id, start, end }) => section(id, changed[id]?.() ?? bytes.subarray(start, end)));
  const renamed = (names) => (whole, before, known) => (names.has(known) ? before + names.get(known) : whole);
  const rename = (text) =>
    text.replace(/\b(wasm\.|export const )(\w+)/g, renamed(exports)).replace(/\b(export function )(\w+)/g, renamed(imports));
  return { module: writeModule(sections), rename };
}

const shortNames = (known) => new Map(known.map(({ name }, number) => [name, PREFIX + number.toString(36)]));

const writeImport = (names, one) =>
  concat([name(one.from), name(names.get(one.name) ?? one.name), [one.kind], unsigned(one.type)]);
const writeExport = (names, one) => concat([name(names.get(one.name) ?? one.name), [one.kind], unsigned(one.index)]);
