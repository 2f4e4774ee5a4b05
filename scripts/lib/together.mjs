// Work that is done side by side, in steps that keep only one core busy.

import { report } from "./problem.mjs";

/**
 * Awaits all, so that nothing goes on after a failure. Prints all failures but the first, and throws that.
 *
 * @template T
 * @param {Promise<T>[]} work
 * @returns {Promise<T[]>}
 */
export async function together(work) {
  const outcomes = await Promise.allSettled(work);
  const [first, ...others] = outcomes.filter(({ status }) => status === "rejected");
  others.forEach(({ reason }) => report(reason));
  if (first) throw first.reason;
  return outcomes.map(({ value }) => value);
}
