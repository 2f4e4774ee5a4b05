// Writes WebAssembly modules.

const MAGIC = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const utf8 = new TextEncoder();

export const unsigned = (value) => {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
};

export const signed = (value) => {
  const bytes = [];
  for (; value < -64 || value > 63; value >>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value & 127];
};

/** `i32.const value`, as an expression of its own. */
export const constant = (value) => [0x41, ...signed(value), 0x0b];
export const name = (value) => sized(utf8.encode(value));
export const sized = (bytes) => concat([unsigned(bytes.length), bytes]);
export const list = (items) => concat([unsigned(items.length), ...items]);
export const section = (id, content) => concat([[id], sized(content)]);
export const writeModule = (sections) => concat([MAGIC, ...sections]);

export function concat(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
