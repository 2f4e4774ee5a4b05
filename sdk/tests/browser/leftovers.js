// Counts what is started and not ended, while it is installed.
() => {
  const undo = [];
  const begun = new Map();
  const left = new Map();
  const change = (kind, by) => {
    left.set(kind, (left.get(kind) ?? 0) + by);
    if (by > 0) begun.set(kind, (begun.get(kind) ?? 0) + by);
  };
  const redefine = (prototype, key, changed) => {
    let object = prototype;
    while (!Object.hasOwn(object, key)) object = Object.getPrototypeOf(object);
    const before = Object.getOwnPropertyDescriptor(object, key);
    Object.defineProperty(object, key, { ...before, ...changed(before) });
    undo.unshift(() => Object.defineProperty(object, key, before));
  };
  const replace = (object, key, make) => redefine(object, key, ({ value }) => ({ value: make(value) }));

  // Listeners. One that is called once removes itself, and belongs to the test. A plain EventTarget is not a
  // browser object: it is the target of an SDK object's events, and is collected with it.
  const listeners = new WeakMap();
  const known = (target, type) => {
    if (!listeners.has(target)) listeners.set(target, new Map());
    const types = listeners.get(target);
    if (!types.has(type)) types.set(type, new Set());
    return types.get(type);
  };
  let isElsewhere = false;
  const counts = (target, callback, options) =>
    !isElsewhere && target?.constructor !== EventTarget && callback && !options?.once;
  const listener = (target, type) => `${(target ?? window).constructor.name} listener of ${type}`;
  replace(EventTarget.prototype, "addEventListener", (add) => function (type, callback, options) {
    const at = known(this ?? window, type);
    if (counts(this, callback, options) && !at.has(callback)) {
      at.add(callback);
      change(listener(this, type), 1);
    }
    return add.call(this, type, callback, options);
  });
  replace(EventTarget.prototype, "removeEventListener", (remove) => function (type, callback, options) {
    if (known(this ?? window, type).delete(callback)) change(listener(this, type), -1);
    return remove.call(this, type, callback, options);
  });

  const timers = new Set();
  const ended = (id) => timers.delete(id) && change("timer", -1);
  for (const [set, once] of [["setTimeout", true], ["setInterval", false]]) {
    replace(window, set, (start) => (callback, ...rest) => {
      const call = (...args) => {
        if (once) ended(id);
        callback(...args);
      };
      const id = start.call(window, call, ...rest);
      timers.add(id);
      change("timer", 1);
      return id;
    });
  }
  for (const clear of ["clearTimeout", "clearInterval"]) {
    replace(window, clear, (stop) => (id) => {
      ended(id);
      stop.call(window, id);
    });
  }

  const urls = new Set();
  replace(URL, "createObjectURL", (create) => (source) => {
    const url = create.call(URL, source);
    if (isElsewhere) return url;
    urls.add(url);
    change("object URL", 1);
    return url;
  });
  replace(URL, "revokeObjectURL", (revoke) => (url) => {
    if (urls.delete(url)) change("object URL", -1);
    revoke.call(URL, url);
  });

  // The state of these objects shows whether they have ended. The constructor is not replaced: wasm-bindgen stored it
  // when the module was loaded. Ended ones are released at the next check: Chromium allows a page 500 connections that
  // were not collected.
  const stateful = new Map();
  const over = new WeakSet();
  const states = [[AudioContext, "state"], [RTCPeerConnection, "signalingState"]];
  const meet = (object) => {
    for (const [kind, state] of states) {
      if (!(object instanceof kind) || stateful.has(object) || over.has(object)) continue;
      // One of before that is collected now is closed once more.
      if (object[state] === "closed") continue;
      stateful.set(object, { name: kind.name, isOver: () => object[state] === "closed" });
      begun.set(kind.name, (begun.get(kind.name) ?? 0) + 1);
    }
  };
  for (const [kind, ...methods] of [
    [AudioContext, "resume", "createMediaStreamSource", "createMediaStreamDestination", "close"],
    [RTCPeerConnection, "createDataChannel", "addTransceiver", "close"],
  ]) {
    for (const method of methods) {
      replace(kind.prototype, method, (original) => function (...args) {
        meet(this);
        return original.apply(this, args);
      });
    }
  }

  const workers = new WeakSet();
  replace(window, "Worker", (original) => new Proxy(original, {
    construct(target, args) {
      // The test runner has installed its own class there, which listens and has a URL.
      isElsewhere = true;
      const worker = Reflect.construct(target, args);
      isElsewhere = false;
      workers.add(worker);
      change("Worker", 1);
      return worker;
    },
  }));
  replace(Worker.prototype, "terminate", (terminate) => function () {
    if (workers.delete(this)) change("Worker", -1);
    return terminate.call(this);
  });

  const wires = new WeakMap();
  replace(AudioNode.prototype, "connect", (connect) => function (to, ...rest) {
    const from = wires.get(this) ?? new Set();
    if (!from.has(to)) change("audio connection", 1);
    wires.set(this, from.add(to));
    return connect.call(this, to, ...rest);
  });
  replace(AudioNode.prototype, "disconnect", (disconnect) => function (...to) {
    const from = wires.get(this) ?? new Set();
    for (const end of to.length > 0 ? to : [...from]) if (from.delete(end)) change("audio connection", -1);
    return disconnect.apply(this, to);
  });

  const playing = new WeakSet();
  redefine(HTMLMediaElement.prototype, "srcObject", ({ set }) => ({
    set(stream) {
      if (playing.delete(this)) change("element with a stream", -1);
      if (stream) {
        playing.add(this);
        change("element with a stream", 1);
      }
      set.call(this, stream);
    },
  }));

  const now = () => {
    const all = new Map(left);
    for (const [object, { name, isOver }] of stateful) {
      if (isOver()) over.add(object), stateful.delete(object);
      else all.set(name, (all.get(name) ?? 0) + 1);
    }
    return [...all].filter(([, count]) => count !== 0).map(([kind, count]) => `${count} × ${kind}`).join(", ");
  };
  // What exists from before the rounds belongs to the test.
  const start = () => {
    begun.clear();
    for (const object of stateful.keys()) over.add(object);
    stateful.clear();
  };
  return { now, start, begun: (kind) => begun.get(kind) ?? 0, restore: () => undo.forEach((restore) => restore()) };
};
