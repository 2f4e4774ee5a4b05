// What cannot be written in Rust, or would take a call for each part. One file, as each one is a request for a page without a
// bundler: see the Rust files that are named.

// live_object.rs
const classes = { Publication: class Publication {}, RemoteParticipant: class RemoteParticipant {} };
export const liveObject = (name) => new classes[name]();
export function show(object, members) {
  for (const [name, value] of Object.entries(members)) {
    if (isSame(object[name], value)) continue;
    Object.defineProperty(object, name, { value: Object.freeze(value), enumerable: true, configurable: true });
  }
}
export const isSame = (one, other) => Array.isArray(one) && Array.isArray(other)
  ? one.length === other.length && one.every((element, at) => element === other[at])
  : one === other || JSON.stringify(one) === JSON.stringify(other);
// A participant in the lobby is a plain object.
const stands = {
  ParticipantId: (value) => typeof value.id === 'string' && typeof value.name === 'string',
  PublicationId: (value) => value instanceof classes.Publication,
};
export const idOf = (type, value) => Object(value) === value && stands[type]?.(value) ? value.id : undefined;

// streams.rs
export function asyncIterator(next, end) {
  // Calls of `next` take turns, as those of an async generator: a stream wakes one reader.
  let last = Promise.resolve();
  return { next: () => (last = last.then(() => next(), () => next())), return: () => end(), [Symbol.asyncIterator]() { return this; } };
}
export function readableStream(next, end, cancelled) {
  const pull = async (controller) => {
    const { done, value } = await next();
    if (done) controller.close();
    else controller.enqueue(value);
  };
  return new ReadableStream({ pull, cancel: (reason) => (cancelled(reason), end()) }, { highWaterMark: 0 });
}
export function writableStream(write, close, abort, ended) {
  const start = (controller) => {
    // The sink's own `abort` would be called after the write in progress, which may wait indefinitely.
    controller.signal.onabort = () => abort(controller.signal.reason);
    Promise.resolve(ended).catch((error) => controller.error(error));
  };
  return new WritableStream({ start, write: (chunk) => write(chunk), close: () => close() });
}

// event_target.rs
export function fireCustom(target, name, detail) {
  target.dispatchEvent(new CustomEvent(name ?? detail.type, { detail }));
}

// room.rs
export const dataReceived = (participantId, topic, payload) => ({ type: 'datareceived', participantId, topic, payload: payload.slice() });

// bytes.rs
export function bytesOf(data) {
  let view = data;
  if (!(data instanceof Uint8Array && data.length > 0)) {
    if (!(data instanceof ArrayBuffer || ArrayBuffer.isView(data))) return undefined;
    try {
      view = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    } catch {
      return undefined; // it is detached
    }
  }
  const { buffer } = view;
  return buffer instanceof ArrayBuffer && buffer.resizable !== true ? view : new Uint8Array(view);
}

// rpc.rs
const invalid = (message) => Object.assign(new Error(message), { name: 'InvalidOptionsError', code: 'ERR_INVALID_OPTIONS' });
export class RpcError extends Error {
  constructor(rpcCode, message, data) {
    if (!Number.isInteger(rpcCode) || rpcCode < 1 || rpcCode > 0xffffffff) throw invalid('rpcCode: expected a whole number from 1 to 4294967295');
    if (typeof message !== 'string') throw invalid('message: expected a string');
    super(message);
    Object.assign(this, { name: 'RpcError', code: 'ERR_RPC_APPLICATION', rpcCode, ...(data !== undefined && { data }) });
  }
}
export const rpcError = (code, message, data) => new RpcError(code, message, fromJson(data));
export const toJson = (value) => JSON.stringify(value) ?? '';
export function fromJson(payload) {
  if (payload === '') return undefined;
  try {
    return JSON.parse(payload);
  } catch {
    return payload; // of another client of LiveKit
  }
}
export async function executeRpc(handler, payload, participantId, timeoutMs) {
  try {
    return toJson(await handler(fromJson(payload), { participantId, timeoutMs }));
  } catch (error) {
    if (error instanceof RpcError) return [Number(error.rpcCode), String(error.message), dataOf(error)];
    reportError(error);
  }
}
function dataOf(error) {
  try {
    return toJson(error.data);
  } catch (thrown) {
    reportError(thrown); // JSON cannot express it
    return '';
  }
}
