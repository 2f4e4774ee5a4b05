// Loads the WebAssembly module, and reports why if that fails.

import imports, * as api from "./bindings.js";
import { isCoded, moimError } from "./error.js";
import { guard } from "./guard.js";
import { __wbg_set_wasm } from "./moim_bg.js";

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

async function fetched(source) {
  const isAddress = typeof source === "string" || source instanceof URL || source instanceof Request;
  if (!isAddress) return source;
  try {
    return await fetch(source);
  } catch (cause) {
    const url = `${source.url ?? source}`;
    const advice = "pass the module's bytes instead: init({ module_or_path: await readFile(path) })";
    throw failed(`${url} cannot be fetched: ${url.startsWith("file:") ? advice : cause.message}`, cause);
  }
}

async function compile(source) {
  if (!(source instanceof Response)) {
    if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(source);
    throw invalid("`module_or_path` of init: expected a URL, a Response, bytes or a WebAssembly.Module");
  }
  const { url, status } = source;
  if (!source.ok) throw failed(`the server answers ${status} for ${url}`);
  const type = source.headers.get("content-type") ?? "";
  if (type === "application/wasm" && WebAssembly.compileStreaming) return WebAssembly.compileStreaming(source);
  const bytes = await source.arrayBuffer();
  if (String.fromCharCode(...new Uint8Array(bytes).subarray(0, 4)) === "\0asm") return WebAssembly.compile(bytes);
  const advice = "serve moim_bg.wasm there, or give its address: init({ module_or_path })";
  throw failed(`${url} is not the WebAssembly module but ${type || "something else"}; ${advice}`);
}

function requireWebAssembly() {
  if (typeof WebAssembly !== "undefined") return;
  throw moimError("UnsupportedError", "ERR_UNSUPPORTED", "this browser does not support WebAssembly");
}

function invalid(message) {
  return moimError("InvalidOptionsError", "ERR_INVALID_OPTIONS", message);
}

function failed(message, cause) {
  return moimError("InitError", "ERR_INIT_FAILED", message, cause);
}

/** Converts any error to one of the package. */
function coded(error) {
  if (isCoded(error)) return error;
  if (!isForbidden()) return failed(`the module cannot be loaded: ${error?.message ?? error}`, error);
  const message = "the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src";
  return moimError("InitError", "ERR_INIT_BLOCKED", message, error);
}

/** Whether even the smallest module is rejected. */
function isForbidden() {
  try {
    new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    return false;
  } catch {
    return true;
  }
}
