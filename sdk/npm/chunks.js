// Loads the chunks of the module when they are first used.

import imports from "./bindings.js";
import { chunkUrls, setChunkLoader } from "./chunk_urls.js";
import { moimError } from "./error.js";
import { coded, compile, fetched } from "./source.js";

const FAILED = "ERR_CHUNK_NOT_LOADED";

let main;
const compiled = new Map();
const linked = new Map();

/** Lets the module load its chunks. */
export function offerChunks(wasm) {
  main = wasm;
  setChunkLoader((name) => (linked.get(name) === true || !(name in chunkUrls) ? undefined : linkChunk(name)));
}

/** Concurrent calls share one attempt; after a failure the next call tries again. */
export function compileChunk(name) {
  return once(compiled, name, async () => compile(await fetched(chunkUrls[name]())));
}

/** Connects a chunk to the memory, the table and the functions of the module. */
export async function linkChunk(name) {
  await once(linked, name, async () => {
    await WebAssembly.instantiate(await compileChunk(name), { ...imports, m: main });
    linked.set(name, true);
  });
}

function once(attempts, name, attempt) {
  if (!attempts.has(name)) {
    attempts.set(name, attempt().catch((error) => {
      attempts.delete(name);
      if (error.code === FAILED) throw error; // of compiling it
      const { message } = coded(error);
      throw moimError("InitError", FAILED, `the chunk \`${name}\` of moim cannot be loaded: ${message}`, error);
    }));
  }
  return attempts.get(name);
}
