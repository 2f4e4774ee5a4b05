// Calls in a bad network: see network/disturbed.mjs.

import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { browserMissing } from "./lib/browsers.mjs";
import { certificatesMissing } from "./lib/certificate.mjs";
import { labMissing, runInNetwork } from "./lib/network.mjs";
import { stubMissing } from "./lib/server.mjs";

const missing = (kind) => browserMissing(kind) || certificatesMissing(kind);
const skip = stubMissing() || missing("chromium") || missing("firefox") || labMissing();

test("a call goes on in a bad network, without its server, and at another address", { skip }, async (t) => {
  await runInNetwork(t, fileURLToPath(new URL("network/disturbed.mjs", import.meta.url)));
});
