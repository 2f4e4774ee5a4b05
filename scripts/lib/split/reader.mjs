// Reads a WebAssembly module: its sections, and what the code of a function refers to.
// https://webassembly.github.io/spec/core/binary/

export const SECTION = { CUSTOM: 0, TYPE: 1, IMPORT: 2, FUNCTION: 3, TABLE: 4, EXPORT: 7, START: 8, ELEMENT: 9, CODE: 10, DATA: 11 };
export const KIND = { FUNCTION: 0, TABLE: 1, MEMORY: 2, GLOBAL: 3 };

const text = new TextDecoder();

/** Reads the basic encodings from bytes. */
export class Reader {
  constructor(bytes, at = 0, end = bytes.length) {
    Object.assign(this, { bytes, at, end });
  }

  get hasMore() {
    return this.at < this.end;
  }

  byte() {
    return this.bytes[this.at++];
  }

  unsigned() {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  /** Signed, of at most 32 bits. */
  signed() {
    for (let value = 0, shift = 0; ; ) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      shift += 7;
      if (byte < 128) return shift < 32 && byte & 64 ? value | (-1 << shift) : value;
    }
  }

  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  name() {
    return text.decode(this.take(this.unsigned()));
  }

  list(read) {
    return Array.from({ length: this.unsigned() }, () => read(this));
  }
}

/** Reads a module as cargo, wasm-bindgen, wasm-opt and split.mjs write it: one memory, segments that are active, no tags. */
export function readModule(bytes) {
  const module = { bytes, sections: [], custom: new Map() };
  for (const reader = new Reader(bytes, 8); reader.hasMore; ) {
    const [id, size] = [reader.byte(), reader.unsigned()];
    const [start, end] = [reader.at, reader.at + size];
    const section = new Reader(bytes, start, end);
    module.sections.push({ id, start, end });
    if (id === SECTION.CUSTOM) module.custom.set(section.name(), section);
    else READ[id]?.(module, section, start);
    reader.at = end;
  }
  module.imported = module.imports.filter(({ kind }) => kind === KIND.FUNCTION);
  return module;
}

const READ = {
  [SECTION.TYPE]: (module, section) => {
    module.types = section.list((r) => {
      if (r.byte() !== 0x60) throw new Error("a type that is no function");
      return { params: r.list(() => r.byte()).length, results: r.list(() => r.byte()).length };
    });
  },
  [SECTION.IMPORT]: (module, section) => {
    module.imports = section.list((r) => {
      const found = { from: r.name(), name: r.name(), kind: r.byte() };
      if (found.kind === KIND.FUNCTION) found.type = r.unsigned();
      else if (found.kind === KIND.GLOBAL) r.take(2);
      else if (found.kind === KIND.MEMORY) limits(r);
      else if (found.kind === KIND.TABLE) r.byte(), limits(r);
      return found;
    });
  },
  [SECTION.FUNCTION]: (module, section) => {
    module.functions = section.list((r) => r.unsigned());
  },
  [SECTION.TABLE]: (module, section) => {
    module.tables = section.list((r) => ({ type: r.byte(), ...limits(r) }));
  },
  5: (module, section) => {
    module.memories = section.list(limits);
  },
  6: (module, section) => {
    module.globals = section.list((r) => {
      const [type, mutable] = [r.byte(), r.byte()];
      constant(r);
      return { type, mutable };
    });
  },
  [SECTION.EXPORT]: (module, section) => {
    module.exports = section.list((r) => ({ name: r.name(), kind: r.byte(), index: r.unsigned() }));
  },
  [SECTION.ELEMENT]: (module, section) => {
    module.elements = section.list((r) => {
      if (r.unsigned() !== 0) throw new Error("elements of another kind");
      return { offset: constant(r), functions: r.list(() => r.unsigned()) };
    });
  },
  [SECTION.CODE]: (module, section, start) => {
    module.codeStart = start;
    module.code = section.list((r) => {
      const length = r.unsigned();
      r.at += length;
      return { start: r.at - length, end: r.at };
    });
  },
  [SECTION.DATA]: (module, section, start) => {
    module.dataStart = start;
    module.data = section.list((r) => {
      if (r.unsigned() !== 0) throw new Error("data of another kind");
      const address = constant(r);
      const length = r.unsigned();
      r.at += length;
      return { address, start: r.at - length, end: r.at };
    });
  },
};

function limits(reader) {
  const flags = reader.unsigned();
  return { flags, min: reader.unsigned(), max: flags & 1 ? reader.unsigned() : undefined };
}

/** The value of a constant expression that is an `i32`. */
function constant(reader) {
  const op = reader.byte();
  const value = op === 0xd0 ? void reader.byte() : reader.signed();
  if ((op !== 0x41 && op !== 0xd0) || reader.byte() !== 0x0b) throw new Error("a constant that is not a number");
  return value;
}

/** The names of functions by their index. */
export function functionNames(module) {
  const names = new Map();
  for (const reader = clone(module.custom.get("name")); reader.hasMore; ) {
    const [id, size] = [reader.byte(), reader.unsigned()];
    const end = reader.at + size;
    if (id === 1) reader.list(() => names.set(reader.unsigned(), reader.name()));
    reader.at = end;
  }
  return names;
}

export const clone = ({ bytes, at, end }) => new Reader(bytes, at, end);

/**
 * Calls `visit(kind, index, start, end)` for each reference in a function's code to something with an index: `kind` is
 * `"function"`, `"type"`, `"table"` or `"global"`, and the index is encoded from `start` to `end`.
 */
export function forEachReference(module, { start, end }, visit) {
  const reader = new Reader(module.bytes, start, end);
  reader.list(() => (reader.unsigned(), reader.byte())); // locals
  const refer = (kind) => {
    const from = reader.at;
    const index = reader.unsigned();
    visit(kind, index, from, reader.at);
  };
  while (reader.hasMore) readInstruction(reader, refer, visit);
}

function readInstruction(reader, refer, visit) {
  const op = reader.byte();
  if (op >= 0x45 && op <= 0xc4) return; // arithmetic
  if (op >= 0x28 && op <= 0x3e) return reader.unsigned(), reader.unsigned(); // loads and stores
  switch (op) {
    case 0x00: case 0x01: case 0x05: case 0x0b: case 0x0f: case 0x1a: case 0x1b: case 0xd1:
      return;
    case 0x02: case 0x03: case 0x04:
      return readBlockType(reader, visit);
    case 0x0c: case 0x0d: case 0x20: case 0x21: case 0x22: // branches and locals
      return reader.unsigned();
    case 0x0e: // br_table
      return reader.list((r) => r.unsigned()), reader.unsigned();
    case 0x10: case 0xd2: // call, ref.func
      return refer("function");
    case 0x11: // call_indirect
      return refer("type"), refer("table");
    case 0x1c: // select with types
      return reader.list((r) => r.byte());
    case 0x23: case 0x24:
      return refer("global");
    case 0x25: case 0x26:
      return refer("table");
    case 0x3f: case 0x40: case 0xd0: // memory.size, memory.grow, ref.null
      return reader.byte();
    case 0x41:
      return reader.signed();
    case 0x42: // i64.const
      while (reader.byte() > 127);
      return;
    case 0x43:
      return reader.take(4);
    case 0x44:
      return reader.take(8);
    case 0xfc:
      return readPrefixed(reader, refer);
    default:
      throw new Error(`an instruction that is not known: 0x${op.toString(16)}`);
  }
}

function readBlockType(reader, visit) {
  const start = reader.at;
  if (reader.bytes[start] >= 0x40 && reader.bytes[start] < 0x80) return reader.byte(); // none, or one value
  const index = reader.signed();
  visit("type", index, start, reader.at);
}

function readPrefixed(reader, refer) {
  const op = reader.unsigned();
  if (op <= 7) return; // saturating conversions
  if (op === 10) return reader.take(2); // memory.copy
  if (op === 11) return reader.take(1); // memory.fill
  if (op === 14) return refer("table"), refer("table"); // table.copy
  if (op >= 15 && op <= 17) return refer("table"); // table.grow, size, fill
  throw new Error(`an instruction that is not known: 0xfc ${op}`);
}
