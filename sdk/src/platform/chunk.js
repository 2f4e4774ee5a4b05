// What loads a chunk, if the module was split: set by the npm package.

let load = () => undefined;

export function setChunkLoader(loader) {
  load = loader;
}

/** Returns a promise, or `undefined` if the chunk is loaded. */
export function loadChunk(name) {
  return load(name);
}
