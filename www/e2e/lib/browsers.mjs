// Starts real browsers with a fake camera and microphone that identify the person.

import { after } from "node:test";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { makeFirefoxTrust } from "./certificate.mjs";
import { clipOf } from "./clip.mjs";
import { browserPath } from "./executables.mjs";
import { inject } from "./inject.mjs";

export { browserMissing } from "./executables.mjs";

const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--auto-select-desktop-capture-source=Entire screen",
  "--autoplay-policy=no-user-gesture-required",
  "--allow-loopback-in-peer-connection",
  "--disable-features=WebRtcHideLocalIpsWithMdns",
];
const FIREFOX_PREFS = {
  "media.navigator.streams.fake": true,
  "media.navigator.permission.disabled": true,
  "media.peerconnection.ice.loopback": true,
  "media.peerconnection.ice.obfuscate_host_addresses": false,
  "media.autoplay.default": 0,
  // Without a sound device an AudioContext would never run.
  "media.cubeb.force_mock_context": true,
};

/** No call into a page takes as long: what hangs must not use up the time of the tests after it. */
const CALL_MS = 90_000;

/**
 * @typedef {object} Visitor
 * @property {import("puppeteer-core").Browser} browser
 * @property {import("puppeteer-core").Page} page the first page
 * @property {string[]} problems console errors and uncaught exceptions of all pages; a test asserts that there are none
 * @property {(camera?: object) => Promise<import("puppeteer-core").Page>} openPage one more page, in a window of its
 * own, and with its own camera: see inject.mjs
 * @property {() => Promise<void>} close ends the browser early
 */

/** Browsers that no test of this file uses at the moment, by what they were started with. */
const idle = new Map();

after(() => Promise.all([...idle.values()].flat().map(end)));

const end = (browser) => browser.close().catch(() => browser.process()?.kill("SIGKILL"));

/**
 * Starts a browser, or takes one that an earlier test of the file has used, because starting Firefox takes seconds. The
 * test has a profile of its own in it, which is removed after the test, whatever the outcome.
 *
 * @param {import("node:test").TestContext} t
 * @param {"chromium" | "firefox"} kind
 * @param {object} [options]
 * @param {string} [options.person] the person that camera and microphone show, see PEOPLE in code.js
 * @param {string[]} [options.args] more flags of the command line
 * @param {Record<string, unknown>} [options.prefs] more preferences (Firefox)
 * @param {Record<string, string>} [options.env] more environment
 * @param {boolean} [options.headless] needs a display if false
 * @param {string} [options.sharedTab] the title of the tab that the user picks to share (Chromium); there is no
 *   permission for cameras then, and no profile of its own
 * @param {import("./certificate.mjs").Certificate} [options.trusted] a server's certificate that the browser accepts
 * @param {string[]} [options.enter] the command that starts it in another network namespace
 * @returns {Promise<Visitor>}
 */
export async function launch(t, kind, { person = "alice", ...start } = {}) {
  const key = JSON.stringify([kind, kind === "chromium" && person, start]);
  const browser = idle.get(key)?.pop() ?? (await startBrowser(kind, person, start));
  const close = () => end(browser);
  // Chromium hides the capture handle of a tab in other profiles than its first.
  const isFirst = Boolean(start.sharedTab);
  const context = isFirst ? browser.defaultBrowserContext() : await browser.createBrowserContext();
  t.after(async () => {
    if (isFirst || !browser.connected) return close();
    const keep = () => idle.set(key, [...(idle.get(key) ?? []), browser]);
    await context.close().then(keep, close);
  });

  const problems = [];
  const prepare = async (page, camera = kind === "firefox" ? { person } : null) => {
    watch(page, `${kind} (${camera?.person ?? person})`, problems);
    await inject(page, camera);
    return page;
  };
  const newPage = () => context.newPage({ type: "window" });
  const page = await prepare(await newPage());
  const openPage = async (camera) => prepare(await newPage(), camera);
  return { browser, page, problems, openPage, close };
}

async function startBrowser(kind, person, { args = [], prefs = {}, env = {}, headless = true, sharedTab, trusted, enter = [] }) {
  const common = { executablePath: browserPath(kind), headless, env: { ...process.env, ...env }, defaultViewport: null, protocolTimeout: CALL_MS };
  if (kind === "firefox") {
    const options = { ...common, browser: "firefox", args, extraPrefsFirefox: { ...FIREFOX_PREFS, ...prefs }, userDataDir: trusted && makeFirefoxTrust(trusted) };
    return puppeteer.launch(enter.length > 0 ? enteredFirefox(enter, options) : options);
  }
  const flags = [...chromiumFlags(sharedTab), ...fakeDevices(person), ...trust(trusted), ...args];
  const options = { ...common, browser: "chrome", args: flags };
  return puppeteer.launch(enter.length > 0 ? enteredChromium(enter, options) : options);
}

/** Starts Firefox by a command, see there. */
const enteredFirefox = (enter, { executablePath, env, ...options }) => ({
  ...options,
  executablePath: fileURLToPath(new URL("../network/entered_firefox.mjs", import.meta.url)),
  env: { ...env, MOIM_FIREFOX: executablePath, MOIM_ENTER: JSON.stringify(enter) },
});

/** Starts Chromium by a command, and talks to it through a pipe: a namespace has ports of its own. */
function enteredChromium([command, ...before], options) {
  const args = [...before, options.executablePath, ...puppeteer.defaultArgs(options)];
  return { ...options, executablePath: command, ignoreDefaultArgs: true, args, pipe: true };
}

/** The flag that accepts all prompts picks a whole screen, never a tab. */
function chromiumFlags(sharedTab) {
  if (!sharedTab) return CHROMIUM_FLAGS;
  const flags = CHROMIUM_FLAGS.filter((flag) => flag !== "--use-fake-ui-for-media-stream");
  return [...flags, `--auto-select-tab-capture-source-by-title=${sharedTab}`];
}

const trust = (certificate) => (certificate ? [`--ignore-certificate-errors-spki-list=${certificate.spki}`] : []);

function fakeDevices(person) {
  const { video, audio } = clipOf(person);
  return [`--use-file-for-fake-video-capture=${video}`, `--use-file-for-fake-audio-capture=${audio}`];
}

/** Collects the errors on the console. */
function watch(page, who, problems) {
  page.on("pageerror", (error) => problems.push(`${who}: uncaught ${error.stack ?? error}`));
  page.on("console", (message) => {
    if (message.type() !== "error" || message.location()?.url?.endsWith("/favicon.ico")) return;
    problems.push(`${who}: console: ${message.text()}`);
  });
}
