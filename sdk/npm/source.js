// Fetches and compiles WebAssembly modules, and reports why if that fails.

import { isCoded, moimError } from "./error.js";

export async function fetched(source) {
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

export async function compile(source) {
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
  const advice = "serve it there, or give the address of moim_bg.wasm: init({ module_or_path })";
  throw failed(`${url} is not the WebAssembly module but ${type || "something else"}; ${advice}`);
}

export function invalid(message) {
  return moimError("InvalidOptionsError", "ERR_INVALID_OPTIONS", message);
}

function failed(message, cause) {
  return moimError("InitError", "ERR_INIT_FAILED", message, cause);
}

/** Converts any error to one of the package. */
export function coded(error) {
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
