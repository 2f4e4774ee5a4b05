// Injects the code for pages into a page, as `globalThis.e2e`, before the page's own scripts run.

import { readFileSync } from "node:fs";

const MODULES = ["code.js", "counter.js", "audio.js", "camera.js"];
const OFFERED = ["readCounter", "listen", "replaceCamera", "PEOPLE", "FRAMES", "framesBetween"];

/**
 * Adds the code to every document that the page loads from now on.
 *
 * @param {import("puppeteer-core").Page} page
 * @param {{ person: string, picture?: object } | null} camera see `preloadScript`
 */
export const inject = (page, camera) => page.evaluateOnNewDocument(preloadScript(camera));

/**
 * The source of a classic script: a preload script cannot be a module, so the modules are concatenated, each in
 * its own scope, without their `import` and `export`.
 *
 * @param {{ person: string, picture?: object } | null} camera the person that a replaced camera shows, see camera.js;
 * null to keep the browser's camera
 */
function preloadScript(camera) {
  const shared = plain(MODULES[0]);
  const parts = MODULES.slice(1).map((name) => `{${plain(name)}\n${offer(name)}}`);
  const replaced = camera ? `e2e.replaceCamera(${[camera.person, camera.picture].map((one) => JSON.stringify(one)).join()});` : "";
  return `(() => {\nconst e2e = (globalThis.e2e = {});\n${shared}\n${offer(MODULES[0])}\n${parts.join("\n")}\n${replaced}\n})();`;
}

const source = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
const plain = (name) => source(name).replace(/^import .*;$/gm, "").replace(/^export /gm, "");

function offer(name) {
  const declared = OFFERED.filter((word) => new RegExp(`^export (async )?(function|const) ${word}\\b`, "m").test(source(name)));
  return declared.map((word) => `e2e.${word} = ${word};`).join(" ");
}
