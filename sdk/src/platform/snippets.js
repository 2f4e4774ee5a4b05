// What cannot be written in Rust: see the Rust files that are named.

// chunk.rs: what loads a chunk, if the module was split. Set by the npm package.
let load = () => undefined;

export function setChunkLoader(loader) {
  load = loader;
}

/** Returns a promise, or `undefined` if the chunk is loaded. */
export function loadChunk(name) {
  return load(name);
}

// received_track.rs
export function deliverFiredEvents(track) {
  track.addEventListener = (type, listener, options) => EventTarget.prototype.addEventListener.call(track, type, listener, options, true);
}
