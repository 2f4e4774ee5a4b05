// Medians, and their ratios to bare JavaScript.

import os from "node:os";
import { MEASUREMENTS } from "./measure.mjs";
import { versionOf } from "./servers.mjs";

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/**
 * @param {Record<string, Record<string, number[]>>} results the values of each round, by contestant and measurement
 * @param {{ browser: string, rounds: number }} run
 * @returns {string} Markdown
 */
export function report(results, { browser, rounds }) {
  const names = Object.keys(results);
  const lines = [
    "# Results",
    "",
    "Written by `npm run bench`; [`README.md`](README.md) says what is measured. A cell is the median of the rounds, then the ratio to",
    "bare JavaScript in the same rounds, with the least and the greatest ratio of a round in brackets.",
    "",
    `${rounds} rounds on ${new Date().toISOString().slice(0, 10)}, ${browser}, ${os.cpus().length} cores (${os.cpus()[0].model.trim()}).`,
    "",
    `| | ${names.map(title).join(" | ")} |`,
    `|---|${names.map(() => "---|").join("")}`,
  ];
  for (const [what, { unit, better, about }] of Object.entries(MEASUREMENTS)) {
    if (!names.some((name) => results[name][what]?.length)) continue;
    const cells = names.map((name) => cell(results, name, what, unit));
    lines.push(`| ${about} (${unit}; ${better} is better) | ${cells.join(" | ")} |`);
  }
  lines.push("", "Not measured: livekit-client and janus.js, whose servers this script does not install.", "");
  return lines.join("\n");
}

const title = (name) => (name === "bare" ? "bare" : name === "moim" ? "**moim**" : `${name} ${versionOf(name)}`);

function cell(results, name, what, unit) {
  const values = results[name][what] ?? [];
  if (values.length === 0) return "–";
  const value = number(median(values), unit);
  const bare = results.bare?.[what];
  if (name === "bare" || what === "load" || !bare || bare.length !== values.length) return value;
  const ratios = values.map((one, round) => one / bare[round]);
  return `${value}, ${median(ratios).toFixed(2)}× (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`;
}

const number = (value, unit) => (unit === "/s" ? Math.round(value).toLocaleString("en") : value >= 100 ? Math.round(value) : value.toFixed(value < 10 ? 2 : 1));
