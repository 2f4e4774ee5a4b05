// Splits chunks off a module: what only the functions of a chunk's entry points need becomes a module of its own, which is
// loaded later into the memory and the table of the main module.
//
// An entry point is a function `<verb>_in_<chunk>_chunk`. Until the chunk is loaded, a call of it traps, so its callers load the
// chunk first: see sdk/src/platform/chunk.rs. Everything else follows from the references that the linker knows: without
// its entry points nothing in a chunk can be reached, neither by a call nor through a pointer.

import { createHash } from "node:crypto";
import { renumber } from "./code.mjs";
import { KIND, SECTION, forEachReference } from "./reader.mjs";
import { dataNode, dataOf, functionNode, isData, readReferences } from "./references.mjs";
import { concat, constant, list, name, section, sized, signed, unsigned, writeModule } from "./writer.mjs";

/** The name of an entry point, mangled: an identifier, followed by a hash. */
const ENTRY = /[a-z_]+_in_([a-z]+)_chunk(?:17h[0-9a-f]{16}E)?$/;
/** The module that chunks import the main module's memory, table and functions from. */
const MAIN = "m";
/** The constants of rustc, which nothing writes to, are its first segment. */
const CONSTANTS = 0;
/** No locals, `unreachable`. */
const TRAP = [0, 0x00, 0x0b];

/**
 * Splits a module.
 *
 * @param {Uint8Array} linked see `readReferences`
 * @param {Uint8Array} bound
 * @returns {{ main: Uint8Array, chunks: Map<string, Uint8Array> }}
 */
export function split(linked, bound) {
  const graph = readReferences(linked, bound);
  const plan = planChunks(graph);
  const build = createHash("sha256").update(bound).digest("hex").slice(0, 8);
  const exported = new Map();
  const chunks = new Map([...plan.chunks].map(([title, chunk]) => [title, writeChunk(graph, plan, chunk, exported, build)]));
  return { main: writeMain(graph, plan, exported, build), chunks };
}

/** Assigns functions and constants to chunks. What two of them need is in the main module. */
function planChunks({ module, names, edges, objects }) {
  const entries = new Map();
  for (const [index, name] of names) {
    const [, chunk] = ENTRY.exec(name) ?? [];
    if (chunk) entries.set(functionNode(index), chunk);
  }
  const isEntry = (node) => entries.has(node);
  const exports = module.exports.filter(({ kind }) => kind === KIND.FUNCTION).map(({ index }) => functionNode(index));
  const main = reach(edges, exports, isEntry);

  const owners = new Map();
  const titles = [...new Set(entries.values())].sort();
  for (const title of titles) {
    const own = [...entries.keys()].filter((node) => entries.get(node) === title);
    const stop = (node) => main.has(node) || (isEntry(node) && entries.get(node) !== title);
    for (const node of reach(edges, own, stop)) owners.set(node, owners.has(node) ? undefined : title);
  }
  const firstSlot = module.tables[0].min;
  const slots = new Map([...entries.keys()].map((node, number) => [node, firstSlot + number]));
  const chunks = new Map(titles.map((title) => [title, { functions: new Set(), data: [] }]));
  const isImported = (node) => node < module.imported.length;
  for (const [node, title] of owners) {
    if (!title) continue;
    if (!isData(node)) isImported(node) || chunks.get(title).functions.add(node);
    else if (objects[dataOf(node)].segment === CONSTANTS) chunks.get(title).data.push(objects[dataOf(node)]);
  }
  return { chunks, slots };
}

/** The nodes that can be reached from `roots` without entering those at which to `stop`. */
function reach(edges, roots, stop) {
  const seen = new Set(roots);
  const open = [...roots];
  while (open.length > 0) {
    for (const node of edges.get(open.pop()) ?? []) {
      if (seen.has(node) || stop(node)) continue;
      seen.add(node);
      open.push(node);
    }
  }
  return seen;
}

/** The main module: the same numbers of functions, but nothing in those of chunks. Entry points call through the table. */
function writeMain({ module }, { chunks, slots }, exported, build) {
  const moved = new Set([...chunks.values()].flatMap(({ functions }) => [...functions]));
  const replaced = {
    [SECTION.TABLE]: () => list(module.tables.map((table, number) => writeTable(table, number === 0 ? slots.size : 0))),
    [SECTION.EXPORT]: () => list([...module.exports, ...exportsFor(module, exported, build)].map(writeExport)),
    [SECTION.CODE]: () =>
      list(module.code.map(({ start, end }, defined) => {
        const index = module.imported.length + defined;
        if (!moved.has(index)) return sized(module.bytes.subarray(start, end));
        return sized(slots.has(index) ? forward(module, index, slots.get(index)) : TRAP);
      })),
    [SECTION.DATA]: () => {
      const bytes = module.bytes.slice();
      const { address, start } = module.data[CONSTANTS];
      for (const { data } of chunks.values()) for (const one of data) bytes.fill(0, one.start - address + start, one.end - address + start);
      return list(module.data.map((one) => writeData(one.address, bytes.subarray(one.start, one.end))));
    },
  };
  return writeModule(
    module.sections.flatMap(({ id, start, end }) => {
      if (id !== SECTION.CUSTOM) return [section(id, replaced[id]?.() ?? module.bytes.subarray(start, end))];
      return isKept(module, start) ? [section(id, module.bytes.subarray(start, end))] : [];
    }),
  );
}

/** Only the names of functions remain true. */
const isKept = (module, start) => {
  const names = module.custom.get("name");
  return names !== undefined && names.at > start && names.at - start < 8;
};

/** A call of the function in a slot of the table, with all parameters. */
function forward(module, index, slot) {
  const type = typeOf(module, index);
  const parameters = Array.from({ length: module.types[type].params }, (_, number) => [0x20, ...unsigned(number)]);
  return concat([[0], ...parameters, [0x41, ...signed(slot)], [0x11, ...unsigned(type), 0], [0x0b]]);
}

const typeOf = ({ imported, functions }, index) => imported[index]?.type ?? functions[index - imported.length];

/** What chunks import. The build's hash as a name refuses chunks of another build, whose addresses would be others. */
function exportsFor(module, exported, build) {
  return [
    { name: build, kind: KIND.MEMORY, index: 0 },
    ...module.tables.map((_, index) => ({ name: `$t${index}`, kind: KIND.TABLE, index })),
    ...module.globals.map((_, index) => ({ name: `$g${index}`, kind: KIND.GLOBAL, index })),
    ...[...exported].map(([index, name]) => ({ name, kind: KIND.FUNCTION, index })),
  ];
}

/** A chunk: imports in front, then its own functions. */
function writeChunk({ module }, { chunks, slots }, { functions, data }, exported, build) {
  const own = [...functions].sort((one, other) => one - other);
  const needed = new Set();
  for (const index of own) {
    forEachReference(module, module.code[index - module.imported.length], (kind, target) => {
      if (kind === "function" && !functions.has(target)) needed.add(target);
    });
  }
  const imported = [...needed].sort((one, other) => one - other);
  const numbers = new Map([...imported, ...own].map((index, number) => [index, number]));
  for (const index of imported) {
    if (index >= module.imported.length && !exported.has(index)) exported.set(index, exported.size.toString(36));
  }
  const imports = [
    ...imported.map((index) => writeFunctionImport(module, index, exported)),
    writeImport(MAIN, build, [KIND.MEMORY, ...writeLimits({ flags: 0, min: module.memories[0].min })]),
    ...module.tables.map(({ type, min }, number) => writeImport(MAIN, `$t${number}`, [KIND.TABLE, type, ...writeLimits({ flags: 0, min })])),
    ...module.globals.map(({ type, mutable }, number) => writeImport(MAIN, `$g${number}`, [KIND.GLOBAL, type, mutable])),
  ];
  const { start, end } = module.sections.find(({ id }) => id === SECTION.TYPE);
  const constants = runs(data, (one) => one.start, (one) => one.end);
  const base = module.data[CONSTANTS];
  return writeModule([
    section(SECTION.TYPE, module.bytes.subarray(start, end)),
    section(SECTION.IMPORT, list(imports)),
    section(SECTION.FUNCTION, list(own.map((index) => unsigned(typeOf(module, index))))),
    section(SECTION.ELEMENT, list(tableOf(module, functions, slots).map((run) => writeElements(run, numbers)))),
    section(SECTION.CODE, list(own.map((index) => sized(renumber(module, module.code[index - module.imported.length], (one) => numbers.get(one)))))),
    section(SECTION.DATA, list(constants.map((run) => {
      const [from, to] = [run[0].start, run.at(-1).end].map((address) => address - base.address + base.start);
      return writeData(run[0].start, module.bytes.subarray(from, to));
    }))),
  ]);
}

/** The slots of the table that a chunk fills, in runs. */
function tableOf(module, functions, slots) {
  const filled = [];
  for (const { offset, functions: indexes } of module.elements) {
    indexes.forEach((index, number) => functions.has(index) && filled.push({ slot: offset + number, index }));
  }
  for (const [index, slot] of slots) if (functions.has(index)) filled.push({ slot, index });
  return runs(filled, ({ slot }) => slot, ({ slot }) => slot + 1);
}

/** Neighbours together, in order. */
function runs(items, startOf, endOf) {
  const found = [];
  for (const item of items.toSorted((one, other) => startOf(one) - startOf(other))) {
    const last = found.at(-1);
    if (last && endOf(last.at(-1)) === startOf(item)) last.push(item);
    else found.push([item]);
  }
  return found;
}

function writeFunctionImport(module, index, exported) {
  const own = module.imported[index];
  const kind = [KIND.FUNCTION, ...unsigned(typeOf(module, index))];
  return own ? writeImport(own.from, own.name, kind) : writeImport(MAIN, exported.get(index), kind);
}

const writeImport = (from, what, kind) => concat([name(from), name(what), kind]);
const writeExport = ({ name: title, kind, index }) => concat([name(title), [kind], unsigned(index)]);
const writeLimits = ({ flags, min, max }) => [flags, ...unsigned(min), ...(max === undefined ? [] : unsigned(max))];
const writeData = (address, bytes) => concat([[0], constant(address), sized(bytes)]);
const writeElements = (run, numbers) =>
  concat([[0], constant(run[0].slot), list(run.map(({ index }) => unsigned(numbers.get(index))))]);

function writeTable({ type, flags, min, max }, more) {
  return concat([[type], writeLimits({ flags, min: min + more, max: max === undefined ? undefined : max + more })]);
}
