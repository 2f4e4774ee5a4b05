// Large data over a plain data channel, as bare JavaScript and thin SDKs do it.

export const CHUNK = 64 * 1024;
const HIGH = 4 * 1024 * 1024;

/** Waits until `channel` has room again; returns nothing if it has. */
export function room(channel) {
  if (channel.bufferedAmount < HIGH) return undefined;
  channel.bufferedAmountLowThreshold = HIGH / 2;
  return new Promise((resolve) => channel.addEventListener("bufferedamountlow", resolve, { once: true }));
}

/** Reads and sends a blob in chunks. */
export async function pump(blob, send) {
  for (let at = 0; at < blob.size; at += CHUNK * 16) {
    const block = new Uint8Array(await blob.slice(at, at + CHUNK * 16).arrayBuffer());
    for (let start = 0; start < block.byteLength; start += CHUNK) {
      const wait = send(block.subarray(start, start + CHUNK));
      if (wait) await wait;
    }
  }
}

/** Collects `size` bytes that `call.onmessage` passes on, as one blob. */
export function collect(call, size) {
  const parts = [];
  let left = size;
  return new Promise((resolve) => {
    call.onmessage = (bytes) => {
      parts.push(bytes);
      left -= bytes.byteLength;
      if (left <= 0) resolve(new Blob(parts));
    };
  });
}
