// How long the demo has recorded, by the timer that it shows.

import { until } from "./wait.mjs";

/** Returns the recorded seconds, without pauses. */
export const recordedSeconds = ({ page, $ }) => page.$eval($("record-timer"), (timer) => {
  const [, minutes, seconds] = timer.textContent.match(/(\d+):(\d+)/);
  return Number(minutes) * 60 + Number(seconds);
});

/** Waits until this many seconds are recorded, or more: a busy browser does not show each of them. */
export function records({ page, $ }, wanted) {
  const shows = (selector, wanted) => {
    const [, minutes, seconds] = document.querySelector(selector)?.textContent.match(/(\d+):(\d+)/) ?? [];
    return Number(minutes) * 60 + Number(seconds) >= wanted;
  };
  return until(page, shows, { what: `${wanted} s are recorded`, args: [$("record-timer"), wanted], timeout: 20_000 });
}
