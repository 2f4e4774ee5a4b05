// Sorts the functions of a module by their type and their code, so that similar ones are neighbours: a module is then three
// percent smaller compressed.

import { renumber } from "./code.mjs";
import { KIND, SECTION, readModule } from "./reader.mjs";
import { concat, constant, list, name, section, sized, unsigned, writeModule } from "./writer.mjs";

/**
 * @param {Uint8Array} bytes
 * @returns {Uint8Array} without custom sections, which may refer to the functions
 */
export function orderFunctions(bytes) {
  const module = readModule(bytes);
  if (module.sections.some(({ id }) => id === SECTION.START)) throw new Error("The module has a start section, which is not renumbered.");
  const { imported, functions: types } = module;
  const code = module.code.map(({ start, end }) => Buffer.from(bytes.subarray(start, end)));
  const order = code.map((_, defined) => defined);
  order.sort((one, other) => types[one] - types[other] || Buffer.compare(code[one], code[other]));

  const numbers = new Map(order.map((defined, place) => [imported.length + defined, imported.length + place]));
  const numberOf = (index) => numbers.get(index) ?? index;
  const writeExport = ({ name: title, kind, index }) =>
    concat([name(title), [kind], unsigned(kind === KIND.FUNCTION ? numberOf(index) : index)]);
  const writeElements = ({ offset, functions }) =>
    concat([[0], constant(offset), list(functions.map((index) => unsigned(numberOf(index))))]);
  const changed = {
    [SECTION.FUNCTION]: () => list(order.map((defined) => unsigned(types[defined]))),
    [SECTION.EXPORT]: () => list(module.exports.map(writeExport)),
    [SECTION.ELEMENT]: () => list(module.elements.map(writeElements)),
    [SECTION.CODE]: () => list(order.map((defined) => sized(renumber(module, module.code[defined], numberOf)))),
  };
  const kept = module.sections.filter(({ id }) => id !== SECTION.CUSTOM);
  return writeModule(kept.map(({ id, start, end }) => section(id, changed[id]?.() ?? bytes.subarray(start, end))));
}
