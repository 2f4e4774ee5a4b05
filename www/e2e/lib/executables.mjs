// Where the browsers of the tests are.

import { which } from "../../../scripts/lib/which.mjs";

const EXECUTABLES = {
  chromium: () => process.env.CHROMIUM || which("chromium", "chromium-browser", "google-chrome"),
  firefox: () => process.env.FIREFOX || which("firefox-esr", "firefox"),
};

/** Why tests cannot run in this browser, or false: for `test(name, { skip: browserMissing("firefox") }, …)`. */
export const browserMissing = (kind) => !EXECUTABLES[kind]() && `${kind} is not installed`;

/** The path of a browser. */
export const browserPath = (kind) => EXECUTABLES[kind]();
