// How long the demo has recorded, by the timer that it shows.

/** Returns the recorded seconds, without pauses. */
export const recordedSeconds = ({ page, $ }) =>
  page.$eval($("record-timer"), (timer) => {
    const [, minutes, seconds] = timer.textContent.match(/(\d+):(\d+)/);
    return Number(minutes) * 60 + Number(seconds);
  });

/** Waits until this many seconds are recorded, or more: a busy browser does not show each of them. */
export async function records(person, wanted) {
  const deadline = Date.now() + LIMIT_MS;
  await person.page.waitForSelector(person.$("record-timer"), { timeout: LIMIT_MS });
  for (let seconds = -1; seconds < wanted; seconds = await recordedSeconds(person)) {
    if (Date.now() > deadline) throw new Error(`Waited ${LIMIT_MS} ms until ${wanted} s were recorded; it were ${seconds} s.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const LIMIT_MS = 20_000;
