// What refers to what in a module: functions to functions and data, data to functions and data.
//
// wasm-ld knows this, and writes it down with `--emit-relocs`:
// https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md

import { clone, forEachReference, functionNames, readModule } from "./reader.mjs";

const SYMBOL_TABLE = 8;
const SYMBOL = { FUNCTION: 0, DATA: 1, SECTION: 3 };
const UNDEFINED = 0x10;
const EXPLICIT_NAME = 0x40;
/** The relocations that are the address of a function, and those of data. */
const FUNCTION_ADDRESS = [1, 2, 12, 18, 19, 24];
const DATA_ADDRESS = [3, 4, 5, 11, 14, 15, 16, 17, 21, 23, 25];
const WITH_ADDEND = [...DATA_ADDRESS, 8, 9, 22];

/** A node of the graph: the number of a function of the module that wasm-bindgen wrote, or of a data object. */
export const functionNode = (index) => index;
export const dataNode = (number) => -1 - number;
export const isData = (node) => node < 0;
export const dataOf = (node) => -1 - node;

/**
 * Reads the graph.
 *
 * @param {Uint8Array} linked the module as linked, with relocations
 * @param {Uint8Array} bound the same after wasm-bindgen: fewer functions with other numbers, and the same names, addresses
 * and table
 */
export function readReferences(linked, bound) {
  const before = readModule(linked);
  const module = readModule(bound);
  const { symbols, relocations } = readLinking(before);
  const objects = dataObjects(before, symbols);
  const names = mapValues(functionNames(module), plainName);
  const namesBefore = mapValues(functionNames(before), plainName);
  requireNames(module, names, namesBefore);

  // Two functions with one name refer to what either does.
  const byName = new Map();
  for (const [index, name] of names) byName.set(name, [...(byName.get(name) ?? []), functionNode(index)]);
  const functionsOf = (index) => byName.get(namesBefore.get(index)) ?? [];

  const edges = new Map();
  const link = (from, targets) => {
    if (!edges.has(from)) edges.set(from, new Set());
    for (const target of targets) edges.get(from).add(target);
  };
  const targetsOf = ({ type, symbol: number }) => {
    const symbol = symbols[number];
    if (FUNCTION_ADDRESS.includes(type)) return functionsOf(symbol.index);
    return DATA_ADDRESS.includes(type) && objects.bySymbol.has(number) ? [dataNode(objects.bySymbol.get(number))] : [];
  };

  module.code.forEach((body, defined) => {
    const from = functionNode(module.imported.length + defined);
    forEachReference(module, body, (kind, index) => kind === "function" && link(from, [functionNode(index)]));
  });
  let defined = 0;
  for (const relocation of relocations.get("reloc.CODE")) {
    while (before.codeStart + relocation.offset >= before.code[defined].end) defined++;
    for (const from of functionsOf(before.imported.length + defined)) link(from, targetsOf(relocation));
  }
  for (const relocation of relocations.get("reloc.DATA")) {
    const at = before.dataStart + relocation.offset;
    const { address, start } = before.data.find((segment) => at >= segment.start && at < segment.end);
    link(dataNode(objects.at(address + at - start)), targetsOf(relocation));
  }
  return { module, names, edges, objects: objects.list };
}

/** wasm-bindgen removes the hash of the crate from the names of exports. */
const plainName = (name) => name.replace(/_[0-9a-f]{16}$/, "");
const mapValues = (map, change) => new Map([...map].map(([key, value]) => [key, change(value)]));

/** What a function refers to is found by its name; those that wasm-bindgen adds only call others. */
function requireNames({ imported, code }, names, namesBefore) {
  const known = new Set(namesBefore.values());
  code.forEach((_, defined) => {
    const name = names.get(imported.length + defined);
    if (known.has(name) || / shim$|^__wbindgen_/.test(name)) return;
    throw new Error(`the function ${name} is not in the module that was linked: has wasm-bindgen changed its name?`);
  });
}

function readLinking(module) {
  const symbols = [];
  const reader = clone(module.custom.get("linking"));
  reader.unsigned(); // version
  while (reader.hasMore) {
    const [id, size] = [reader.byte(), reader.unsigned()];
    const end = reader.at + size;
    if (id === SYMBOL_TABLE) symbols.push(...reader.list(readSymbol));
    reader.at = end;
  }
  const relocations = new Map();
  for (const [name, section] of module.custom) {
    if (!name.startsWith("reloc.")) continue;
    const entries = clone(section);
    entries.unsigned(); // the section's index
    relocations.set(name, entries.list(readRelocation));
  }
  return { symbols, relocations };
}

function readSymbol(reader) {
  const [kind, flags] = [reader.byte(), reader.unsigned()];
  if (kind === SYMBOL.SECTION) return { kind, index: reader.unsigned() };
  const isDefined = !(flags & UNDEFINED);
  if (kind === SYMBOL.DATA) {
    reader.name();
    return isDefined ? { kind, segment: reader.unsigned(), offset: reader.unsigned(), size: reader.unsigned() } : { kind };
  }
  const index = reader.unsigned();
  if (isDefined || flags & EXPLICIT_NAME) reader.name();
  return { kind, index };
}

function readRelocation(reader) {
  const [type, offset, symbol] = [reader.byte(), reader.unsigned(), reader.unsigned()];
  if (WITH_ADDEND.includes(type)) reader.signed();
  return { type, offset, symbol };
}

/** The objects in memory, by address. Symbols that overlap are one object. */
function dataObjects(module, symbols) {
  const found = symbols.flatMap(({ kind, segment, offset, size }, symbol) => {
    if (kind !== SYMBOL.DATA || segment === undefined) return [];
    const start = module.data[segment].address + offset;
    return [{ symbol, segment, start, end: start + size }];
  });
  found.sort((one, other) => one.start - other.start || other.end - one.end);
  const list = [];
  const bySymbol = new Map();
  for (const { symbol, segment, start, end } of found) {
    const last = list.at(-1);
    if (last && (start < last.end || start === last.start)) last.end = Math.max(last.end, end);
    else list.push({ segment, start, end });
    bySymbol.set(symbol, list.length - 1);
  }
  const at = (address) => list.findLastIndex(({ start }) => start <= address);
  return { list, bySymbol, at };
}
