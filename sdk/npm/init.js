// Loads the WebAssembly module, and reports why if that fails.

import imports, * as api from "./bindings.js";
import { compileChunk, linkChunk, offerChunks } from "./chunks.js";
import { chunkUrls } from "./chunk_urls.js";
import { moimError } from "./error.js";
import { guard } from "./guard.js";
import { __wbg_set_wasm } from "./moim_bg.js";
import { coded, compile, fetched, invalid } from "./source.js";

guard(api);

let wasm; // not "exports": development servers such as Parcel's wrap a module in a function with an argument of that name
let loading;
let failure;

// Until it is loaded, every call ends here.
__wbg_set_wasm(new Proxy({}, {
  get() {
    const why = failure ? `init() failed: ${failure.message}` : "call `await init()` first, or import \"moim/auto\"";
    throw moimError("InitError", "ERR_NOT_INITIALIZED", `moim is not initialized: ${why}`, failure);
  },
}));

/** See the types. Concurrent calls share one attempt; after a failure the next call tries again. */
export default function init(options) {
  return (loading ??= load(options).catch((error) => {
    loading = undefined;
    throw (failure = coded(error));
  }));
}

/** See the types. */
export async function preload(...names) {
  const all = Object.keys(chunkUrls);
  for (const name of names) {
    if (all.includes(name)) continue;
    const given = typeof name === "string" ? `unknown chunk \`${name}\`` : "the name of a chunk is not a string";
    throw invalid(`preload: ${given}: expected one of ${all.join(", ")}`);
  }
  const wanted = names.length > 0 ? names : all;
  await Promise.all([init(), ...wanted.map(compileChunk)]);
  await Promise.all(wanted.map(linkChunk));
}

export function initSync(options) {
  try {
    requireWebAssembly();
    if (wasm) return wasm;
    const source = unwrap(options, "module");
    const module = source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source);
    return link(new WebAssembly.Instance(module, imports));
  } catch (error) {
    throw (failure = coded(error));
  }
}

async function load(options) {
  requireWebAssembly();
  if (wasm) return wasm;
  const source = (await unwrap(options, "module_or_path")) ?? new URL("moim_bg.wasm", import.meta.url);
  const module = source instanceof WebAssembly.Module ? source : await compile(await fetched(source));
  return link(await WebAssembly.instantiate(module, imports));
}

function link(instance) {
  if (wasm) return wasm; // by `initSync` meanwhile
  wasm = instance.exports;
  __wbg_set_wasm(wasm);
  wasm.__wbindgen_start();
  offerChunks(wasm);
  return wasm;
}

/** The source in `{ [name]: source }`, or the source itself. */
function unwrap(options, name) {
  const isPlain = options && Object.getPrototypeOf(options) === Object.prototype;
  if (!isPlain) return options;
  const misspelt = Object.keys(options).find((key) => key !== name);
  if (misspelt !== undefined) throw invalid(`init options: unknown option \`${misspelt}\`: expected \`${name}\``);
  return options[name];
}

function requireWebAssembly() {
  if (typeof WebAssembly !== "undefined") return;
  throw moimError("UnsupportedError", "ERR_UNSUPPORTED", "this browser does not support WebAssembly");
}
