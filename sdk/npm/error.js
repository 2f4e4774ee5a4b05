/** Creates an error like those of the module: see `MoimError` in the types. */
export function moimError(name, code, message, cause) {
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { name, code });
}

/** A `DOMException` has a `code` too, but it is a number. */
export const isCoded = (error) => typeof error?.code === "string";
