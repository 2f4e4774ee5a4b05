// Shows a long step on the terminal: a live line with the time on a TTY; elsewhere a line at start and end and one
// every two minutes, so that a CI log shows progress.

import { bold, dim, green, red } from "./colour.mjs";

const LIVE_MS = 200;
const HEARTBEAT_MS = 120_000;

/** `850 ms`, `12.3 s`, `2 m 05 s` */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, "0")} s`;
}

/**
 * Shows `work` as a step called `title`. `work` gets `note(text)`, to be called with the current activity;
 * a short text that it returns is shown as the outcome.
 *
 * @template T
 * @param {string} title
 * @param {(note: (text: string) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const started = performance.now();
  const elapsed = () => duration(performance.now() - started);
  const live = process.stdout.isTTY;
  let detail = "";

  const line = () => `▸ ${bold(title)} … ${dim(`${elapsed()}  ${detail}`)}`;
  const draw = () => process.stdout.write(`\r\u001b[2K${clip(line(), process.stdout.columns || 80)}`);
  const beat = () => console.log(`▸ ${title} … still running after ${elapsed()}${detail && `: ${detail}`}`);
  if (live) draw();
  else console.log(`▸ ${title} …`);
  const timer = setInterval(live ? draw : beat, live ? LIVE_MS : HEARTBEAT_MS);
  timer.unref();

  const end = (mark, outcome = "") => {
    clearInterval(timer);
    console.log(`${live ? "\r\u001b[2K" : ""}${mark} ${title}${outcome && `: ${outcome}`} ${dim(`(${elapsed()})`)}`);
  };
  try {
    const result = await work((text) => (detail = text));
    end(green("✓"), typeof result === "string" ? result : "");
    return result;
  } catch (error) {
    end(red("✗"));
    throw error;
  }
}

/** Cuts a line to the terminal's width; escape sequences have no width. */
function clip(text, width) {
  let room = width - 1;
  let clipped = "";
  for (const part of text.split(/(\u001b\[\d+m)/)) {
    if (part.startsWith("\u001b")) clipped += part;
    else {
      clipped += part.slice(0, Math.max(room, 0));
      room -= part.length;
    }
  }
  return clipped;
}
