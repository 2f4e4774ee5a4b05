// Paths of media that are cut and return: see network/path.mjs.

import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { browserMissing } from "./lib/browsers.mjs";
import { networkMissing, runInNetwork } from "./lib/network.mjs";
import { stubMissing } from "./lib/server.mjs";

const skip = stubMissing() || browserMissing("chromium") || networkMissing();

test("media and data come back when the path between two people was cut", { skip }, async (t) => {
  await runInNetwork(t, fileURLToPath(new URL("network/path.mjs", import.meta.url)));
});
