// The generated types, as people write them.

/**
 * tsify writes an optional member as `name?: T | null`. What is left out is `undefined`; `null` stays where the member's
 * documentation says what it means.
 *
 * @param {string} types the text of a `.d.ts`
 */
export function tidyTypes(types) {
  const optional = /(?<!readonly \w+)\?: ([^;{}()]+?) \| null(?=[;)]| \})/g;
  let comment = "";
  return types.split("\n").map((line) => {
    if (/^\s*\/?\*/.test(line)) {
      comment = line.includes("/**") ? line : comment + line;
      return line;
    }
    const meansSomething = comment.includes("`null`");
    comment = "";
    return meansSomething ? line : line.replace(optional, "?: $1");
  }).join("\n");
}
