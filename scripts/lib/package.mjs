// Assembles the npm package from wasm-bindgen's output and the handwritten files in sdk/npm.

import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { BINDINGS, NPM_PACKAGE, ROOT } from "./paths.mjs";
import { filesUnder } from "./stamp.mjs";
import { tidyTypes } from "./types.mjs";
import { packageVersion } from "./versions.mjs";

const BY_HAND = join(ROOT, "sdk", "npm");
const TEXT_OF = (folder, name) => readFileSync(join(folder, name), "utf8");
const GENERATED = /^(moim_.*\.wasm|moim_bg\.wasm\.d\.ts|snippets)$/;
const CHUNK = /^moim_(?!bg\b)(\w+)\.wasm$/;

/** The declarations of each class: the second is what show.js adds. */
const FREE = "    free(): void;\n";
const TO_JSON = "    /** The members that have a value, for `JSON.stringify` and consoles. */\n    toJSON(): Record<string, unknown>;\n";

/** Re-creates `dist/npm`. */
export function assemblePackage() {
  rmSync(NPM_PACKAGE, { recursive: true, force: true });
  mkdirSync(NPM_PACKAGE, { recursive: true });
  const write = (name, text) => writeFileSync(join(NPM_PACKAGE, name), text);
  for (const name of readdirSync(BINDINGS).filter((name) => GENERATED.test(name))) cpSync(join(BINDINGS, name), join(NPM_PACKAGE, name), { recursive: true });
  for (const name of readdirSync(BY_HAND).filter(isShippedAsItIs)) cpSync(join(BY_HAND, name), join(NPM_PACKAGE, name));
  for (const name of readdirSync(ROOT).filter((name) => /^(LICENSE|CHANGELOG)/.test(name))) {
    cpSync(join(ROOT, name), join(NPM_PACKAGE, name));
  }
  write("bindings.js", bindings());
  write("chunk_urls.js", chunkUrls());
  write("moim_bg.js", withConstructors(TEXT_OF(BINDINGS, "moim_bg.js")));
  write("moim.js", TEXT_OF(BY_HAND, "moim.js") + requestAll());
  // Most projects do not compile with a library that has `Symbol.dispose`.
  const lib = '/// <reference lib="esnext.disposable" />\n';
  const types = TEXT_OF(BINDINGS, "moim.d.ts").replaceAll(lib, "").replaceAll(FREE, FREE + TO_JSON);
  write("moim.d.ts", lib + tidyTypes(types) + TEXT_OF(BY_HAND, "init.d.ts"));
  const manifest = { ...JSON.parse(TEXT_OF(BY_HAND, "package.json")), version: packageVersion() };
  write("package.json", `${JSON.stringify(manifest, null, 2)}\n`);
}

/** `index.d.ts` is the accepted copy of `moim.d.ts`, and `init.d.ts` a part of it. */
const isShippedAsItIs = (name) => [".js", ".jsx"].includes(extname(name)) || ["auto.d.ts", "README.md"].includes(name);

/** wasm-bindgen's classes without a constructor can be called with `new`, which returns an object of nothing. */
function withConstructors(glue) {
  const classes = glue.replace(/^export class (\w+) \{\n(?:(?!^\})[^])*/gm, (text, name) => {
    if (/^    constructor\(/m.test(text)) return text;
    return text.replace("{\n", `{\n    constructor() {\n        throw notConstructible("${name}");\n    }\n`);
  });
  return `import { notConstructible } from "./constructors.js";\n${classes}`;
}

/** Exports the public API, and as default what the WebAssembly module imports. */
function bindings() {
  const [exported] = TEXT_OF(BINDINGS, "moim.js").match(/^export \{[^}]*\} from "\.\/moim_bg\.js";/m) ?? [];
  if (!exported) throw new Error("The generated moim.js exports nothing from moim_bg.js: has wasm-bindgen changed?");
  const modules = readdirSync(BINDINGS).filter((name) => name.endsWith(".wasm"));
  const sources = [...new Set(modules.flatMap(importsOf))].filter((source) => source.startsWith("."));
  const lines = sources.map((source, number) => `import * as import${number} from "${source}";`);
  const members = sources.map((source, number) => `  "${source}": import${number},`);
  const byHand = `export { RpcError } from "${sources.find((source) => source.endsWith("/js/snippets.js"))}";`;
  return [...lines, "", exported, byHand, "", "export default {", ...members, "};", ""].join("\n");
}

/** Imports all that `moim.js` needs, so that a page without a bundler requests it at once rather than level by level. */
function requestAll() {
  const needed = filesUnder(NPM_PACKAGE).filter((path) => path.endsWith(".js"));
  const paths = needed.map((path) => relative(NPM_PACKAGE, path).split(sep).join("/")).filter((path) => !/^(auto|moim)\.js$/.test(path));
  return `\n${paths.sort().map((path) => `import "./${path}";\n`).join("")}`;
}

/** The modules that a WebAssembly module imports from. Chunks import from the main one too, which has no path. */
const importsOf = (name) =>
  WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(join(BINDINGS, name)))).map((needed) => needed.module);

/** Exports the addresses of the chunks, written such that bundlers find the files, and what sets their loader. */
function chunkUrls() {
  const loader = filesUnder(join(BINDINGS, "snippets")).find((path) => path.endsWith(join("platform", "snippets.js")));
  const names = readdirSync(BINDINGS).flatMap((name) => CHUNK.exec(name)?.[1] ?? []).sort();
  const urls = names.map((name) => `  ${name}: () => new URL("moim_${name}.wasm", import.meta.url),`);
  const from = relative(BINDINGS, loader).split(sep).join("/");
  return [`export { setChunkLoader } from "./${from}";`, "", "export const chunkUrls = {", ...urls, "};", ""].join("\n");
}
