/** An error as those of the module are: see `MoimError` in the types. */
export function moimError(name, code, message, cause) {
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { name, code });
}

/** A `DOMException` has a `code` too, but a number. */
export const isCoded = (error) => typeof error?.code === "string";
