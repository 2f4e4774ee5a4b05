// Changes the code of functions.

import { forEachReference } from "./reader.mjs";
import { concat, unsigned } from "./writer.mjs";

/** The code of a function in which others have the number that `numberOf` returns. */
export function renumber(module, { start, end }, numberOf) {
  const parts = [];
  let at = start;
  forEachReference(module, { start, end }, (kind, target, from, to) => {
    if (kind !== "function") return;
    parts.push(module.bytes.subarray(at, from), unsigned(numberOf(target)));
    at = to;
  });
  return concat([...parts, module.bytes.subarray(at, end)]);
}
