// Post-processes the generated types.

/**
 * tsify writes an optional member as `name?: T | null`. An omitted member is `undefined`; `null` is kept where the
 * member's documentation mentions it.
 *
 * @param {string} types the content of a `.d.ts`
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
