// Brings the code for pages into a page, as `globalThis.e2e`, before the page's own scripts run.

import { readFileSync } from "node:fs";

const MODULES = ["code.js", "counter.js", "audio.js", "camera.js"];
const OFFERED = ["readCounter", "listen", "replaceCamera", "PEOPLE", "FRAMES", "framesBetween"];

/**
 * Adds the code to whatever the page loads from now on.
 *
 * @param {import("puppeteer-core").Page} page
 * @param {string | null} cameraOf see `preloadScript`
 */
export const inject = (page, cameraOf) => page.evaluateOnNewDocument(preloadScript(cameraOf));

/**
 * The source of a classic script: a preload script cannot be a module, so the modules are put one after the other, in
 * one scope each, without their `import` and `export`.
 *
 * @param {string | null} cameraOf the person whom a replaced camera shows; null to leave the camera alone
 */
function preloadScript(cameraOf) {
  const shared = plain(MODULES[0]);
  const parts = MODULES.slice(1).map((name) => `{${plain(name)}\n${offer(name)}}`);
  const camera = cameraOf ? `e2e.replaceCamera(${JSON.stringify(cameraOf)});` : "";
  return `(() => {\nconst e2e = (globalThis.e2e = {});\n${shared}\n${offer(MODULES[0])}\n${parts.join("\n")}\n${camera}\n})();`;
}

const source = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
const plain = (name) => source(name).replace(/^import .*;$/gm, "").replace(/^export /gm, "");

function offer(name) {
  const declared = OFFERED.filter((word) => new RegExp(`^export (async )?(function|const) ${word}\\b`, "m").test(source(name)));
  return declared.map((word) => `e2e.${word} = ${word};`).join(" ");
}
