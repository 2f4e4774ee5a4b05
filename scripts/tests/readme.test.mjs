// The code in the READMEs is what is compiled and tested, and their links exist.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../lib/paths.mjs";

const read = (path) => readFileSync(join(ROOT, path), "utf8");
const documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "sdk/npm/README.md", "sdk/protocol/README.md", "signaling-stub/README.md"];

/** The lines between two marks, without their common indentation. */
function example(path) {
  const [, body] = read(path).match(/README: begin\n([\s\S]*?)\n *\/\/ README: end/);
  const lines = body.split("\n");
  const indent = Math.min(...lines.filter((line) => line.trim()).map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join("\n");
}

for (const [document, path] of [
  ["README.md", "sdk/examples/ten_lines.rs"],
  ["README.md", "sdk/tests/types/ten_lines.ts"],
  ["sdk/npm/README.md", "sdk/tests/types/call.ts"],
]) {
  test(`${document} shows ${path} word for word`, () => {
    assert.ok(read(document).includes(`\n${example(path)}\n\`\`\``), `not in ${document}:\n\n${example(path)}`);
  });
}

for (const document of documents) {
  test(`the files that ${document} links to exist`, () => {
    const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link);
    const missing = links.filter((link) => !existsSync(join(ROOT, dirname(document), link)));
    assert.deepEqual(missing, []);
  });
}

test("the tests that the README's table names exist", () => {
  const rows = read("README.md").split("\n").filter((line) => line.startsWith("|"));
  const named = rows.flatMap((row) => [...row.matchAll(/`((?:www|sdk|signaling-stub)\/[^`]*)`/g)].map(([, path]) => path));
  // A single word is the name of a test of several pages.
  const pages = rows.flatMap((row) => row.includes("| e2e ") ? [...row.matchAll(/`([a-z_]+)`/g)].map(([, name]) => `www/e2e/${name}.test.mjs`) : []);
  assert.ok(named.length > 0 && pages.length > 20);
  assert.deepEqual([...named, ...pages].filter((path) => !existsSync(join(ROOT, path))), []);
});
