// What the tests need from the operating system: browsers, their drivers, and ffmpeg.

import { existsSync } from "node:fs";
import { bold } from "./colour.mjs";
import { Problem } from "./problem.mjs";
import { isRoot } from "./root.mjs";
import { runStep } from "./run.mjs";
import { which } from "./which.mjs";

const FROM_DEBIAN = [
  { commands: ["cc", "gcc", "clang"], debian: "build-essential", others: "a C compiler" },
  { commands: ["chromium", "chromium-browser", "google-chrome"], env: "CHROMIUM", debian: "chromium", others: "Chromium" },
  { commands: ["chromedriver"], env: "CHROMEDRIVER", debian: "chromium-driver", others: "chromedriver, of Chromium's version" },
  { commands: ["firefox-esr", "firefox"], env: "FIREFOX", debian: "firefox-esr", others: "Firefox" },
  { commands: ["ffmpeg"], debian: "ffmpeg", others: "ffmpeg" },
  // The tests that need these say so when they are skipped.
  { commands: ["turnserver"], debian: "coturn", isOptional: true },
  { commands: ["janus"], debian: "janus", isOptional: true },
  { commands: ["certutil"], debian: "libnss3-tools", isOptional: true },
  { commands: ["Xvfb"], debian: "xvfb", others: "Xvfb, a display without a screen", onlyOn: "linux" },
];

/** Installs what is missing where that is possible without a prompt; otherwise prints what to install. */
export async function ensureSystemPackages() {
  const missing = FROM_DEBIAN.filter((wanted) => !isThere(wanted));
  if (missing.length === 0) return;
  const packages = missing.map(({ debian }) => debian);
  const apt = which("apt-get");
  if (!apt || !existsSync("/etc/debian_version") || !isRoot()) {
    const required = missing.filter(({ isOptional }) => !isOptional);
    if (required.length === 0) return;
    const list = required.map(({ others, env }) => `  ${others}${env ? `  (or its path in ${env})` : ""}`).join("\n");
    const command = `apt-get install -y --no-install-recommends ${packages.join(" ")}`;
    throw new Problem(`The tests need programs that are not installed:\n${list}`, {
      hint: apt ? `As root: ${bold(command)}` : "Install them with this system's package manager; on macOS: brew install.",
    });
  }
  const options = { env: { DEBIAN_FRONTEND: "noninteractive" }, hint: `Try by hand: apt-get install ${packages.join(" ")}` };
  await runStep("asking Debian which packages it has", apt, ["update"], { ...options, log: "apt-update" });
  await runStep(`installing ${packages.join(", ")}`, apt, ["install", "-y", "--no-install-recommends", ...packages], {
    ...options,
    log: "apt-install",
  });
}

function isThere({ commands, env, onlyOn }) {
  if (onlyOn && process.platform !== onlyOn) return true;
  return Boolean((env && process.env[env]) || which(...commands));
}
