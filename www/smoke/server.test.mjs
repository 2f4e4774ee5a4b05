// The packed package on a server, without a browser: importing it has no effect and does not fail.

import assert from "node:assert/strict";
import { test } from "node:test";
import { makeApp, pack, runSync } from "./lib/packed.mjs";

for (const [name, entry] of [["the package", "moim"], ["the entry that initializes itself", "moim/auto"]]) {
  test(`Node imports ${name}, as the server of a framework does`, () => {
    const { folder } = makeApp(pack(), "server");
    const script = `import init, { Room } from "${entry}"; console.log(typeof init, typeof Room);`;
    assert.equal(runSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder }).trim(), "function function");
  });
}
