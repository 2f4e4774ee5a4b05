// Work that is done side by side, in steps that keep only one core busy.

/**
 * Awaits all, so that nothing goes on after a failure. Throws the failure, or an `AggregateError` of several.
 *
 * @template T
 * @param {Promise<T>[]} work
 * @returns {Promise<T[]>}
 */
export async function together(work) {
  const outcomes = await Promise.allSettled(work);
  const failures = outcomes.filter(({ status }) => status === "rejected").map(({ reason }) => reason);
  if (failures.length > 1) throw new AggregateError(failures);
  if (failures.length === 1) throw failures[0];
  return outcomes.map(({ value }) => value);
}
