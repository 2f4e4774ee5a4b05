// People behind NATs and firewalls: see network/nat.mjs.

import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { browserMissing } from "./lib/browsers.mjs";
import { certificatesMissing } from "./lib/certificate.mjs";
import { labMissing, runInNetwork } from "./lib/network.mjs";
import { stubMissing } from "./lib/server.mjs";

const missing = (kind) => browserMissing(kind) || certificatesMissing(kind);
const skip = stubMissing() || missing("chromium") || missing("firefox") || labMissing();

test("people behind NATs and firewalls see and hear each other", { skip }, async (t) => {
  await runInNetwork(t, fileURLToPath(new URL("network/nat.mjs", import.meta.url)));
});
