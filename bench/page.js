// What a page of the benchmark does, the same for every contestant. `run.mjs` calls `bench.*` in two pages.

const now = () => performance.timeOrigin + performance.now();

const bench = { call: null, received: null };

/** Imports and initialises the SDK. Returns the milliseconds. */
bench.load = async (name) => {
  const started = now();
  bench.contestant = await import(`./contestants/${name}.js`);
  await bench.contestant.load();
  return now() - started;
};

/** Everyone's camera: a canvas that changes 30 times a second, so that no device takes time. */
function camera() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const context = canvas.getContext("2d");
  let count = 0;
  setInterval(() => {
    context.fillStyle = `hsl(${count++ * 7} 80% 50%)`;
    context.fillRect(0, 0, canvas.width, canvas.height);
  }, 33);
  return canvas.captureStream(30);
}

/** Prepares the camera outside of what is measured. */
bench.prepare = () => {
  bench.stream ??= camera();
};

/** Joins. Returns when `join` was called; `frame()` and `open()` return when those happened. */
bench.join = async (options) => {
  const started = now();
  const call = bench.contestant.join({ ...options, stream: options.media ? bench.stream : null });
  bench.frame = call.remoteTrack.then(firstFrame);
  bench.open = call.open.then(now);
  bench.call = call;
  call.onmessage = (bytes) => bench.onmessage?.(bytes);
  await call.joined;
  return started;
};

bench.firstFrame = () => bench.frame;
bench.isOpen = () => bench.open;

async function firstFrame(track) {
  const video = Object.assign(document.createElement("video"), { muted: true, srcObject: new MediaStream([track]) });
  document.body.append(video);
  const frame = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  await video.play();
  await frame;
  return now();
}

/** Sends `count` messages of `size` bytes. Returns when it began. */
bench.send = async (count, size) => {
  const started = now();
  const bytes = new Uint8Array(size).fill(7);
  for (let i = 0; i < count; i++) {
    const room = bench.call.send(bytes);
    if (room) await room;
  }
  return started;
};

/** Counts what arrives. `arrived` returns when the last byte of `total` arrived. */
bench.expect = (total) => {
  let left = total;
  bench.arrival = new Promise((resolve) => {
    bench.onmessage = (bytes) => {
      left -= bytes.byteLength;
      if (left <= 0) resolve(now());
    };
  });
};
bench.arrived = () => bench.arrival;

/** Sends `size` bytes by the SDK's way for large data. Returns when it began. */
bench.sendBulk = async (size) => {
  const blob = new Blob([new Uint8Array(size).fill(7)]);
  const started = now();
  await bench.call.sendBulk(blob);
  return started;
};
bench.expectBulk = (size) => {
  bench.bulk = bench.call.receiveBulk(size).then(now);
};
bench.bulkArrived = () => bench.bulk;

bench.echo = () => {
  bench.onmessage = (bytes) => void bench.call.send(new Uint8Array(bytes));
};

/** Round trips of `size` bytes, one after the other. Returns the median in milliseconds. */
bench.latency = async (count, size) => {
  const bytes = new Uint8Array(size).fill(7);
  const times = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    const back = new Promise((resolve) => (bench.onmessage = resolve));
    void bench.call.send(bytes);
    await back;
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[count >> 1];
};

globalThis.bench = bench;
