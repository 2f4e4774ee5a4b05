// Adds what the generated classes lack: errors with a code for wrong objects, a `free()` that stops active objects,
// `instanceof EventTarget`, and what consoles show.

import { adviceAfterFree } from "./constructors.js";
import { isCoded, moimError } from "./error.js";
import { show } from "./show.js";

/** How active objects are stopped, by class name. Otherwise they would continue after `free()`. */
const ENDS = {
  DataChannel: "close",
  Kurento: "close",
  KurentoLink: "close",
  KurentoObject: "close",
  Mixer: "close",
  PeerConnection: "close",
  Recorder: "stop",
  Room: "leave",
  StatsMonitor: "close",
};

/**
 * What a cleanup calls, which may run after that of the object's owner: React runs a parent's before its children's. After
 * `free()` these methods do what is left to do.
 */
const CLEANUPS = ["close", "detach", "leave", "removeEventListener", "stop", "toJSON"];

/** Changes the classes among the exports of bindings.js. */
export function guard(api) {
  for (const [name, { prototype }] of Object.entries(api)) {
    if (!prototype?.free) continue;
    for (const key of Reflect.ownKeys(prototype)) {
      if (key === "constructor" || String(key).startsWith("__")) continue;
      const property = Object.getOwnPropertyDescriptor(prototype, key);
      for (const part of ["value", "get", "set"]) {
        if (property[part]) property[part] = guarded(name, prototype, property[part], key);
      }
      Object.defineProperty(prototype, key, property);
    }
    const free = freeing(prototype, ENDS[name]);
    for (const key of ["free", Symbol.dispose]) {
      if (key) Object.defineProperty(prototype, key, { value: free, configurable: true, writable: true });
    }
    if (prototype.addEventListener) makeEventTarget(prototype);
    show(name, prototype, (method) => guarded(name, prototype, method));
  }
}

/** A method that reports what is wrong with its receiver. */
function guarded(name, prototype, method, key = "toJSON") {
  return function (...args) {
    if (!isOne(this, prototype)) {
      const advice = "a method that is passed on loses its object: wrap it in a function";
      const message = `\`${String(key)}\` was called without its ${name}: ${advice}, or use \`bind\``;
      throw moimError("InvalidOptionsError", "ERR_INVALID_OPTIONS", message);
    }
    const live = this.__wbg_ptr ? this : remains.get(this);
    if (!this.__wbg_ptr && !(live && CLEANUPS.includes(key))) return afterFree(name, key);
    try {
      return method.apply(live, args);
    } catch (error) {
      if (isCoded(error)) throw error;
      throw moimError("BrowserError", "ERR_BROWSER", String(error?.message ?? error), error);
    }
  };
}

/** By a freed track, another object of the same track: `free()` ends no track, so it can still be stopped and detached. */
const remains = new WeakMap();

function afterFree(name, key) {
  const error = moimError("InvalidStateError", "ERR_INVALID_STATE", `cannot use a ${name} after free(): ${adviceAfterFree(name)}`);
  if (!CLEANUPS.includes(key)) throw error;
  if (key === "toJSON") return {};
  if (key === "leave") return Promise.resolve();
  if (name !== "Recorder" || key !== "stop") return undefined;
  // There is no recording to return, and a cleanup does not wait for one.
  const failed = Promise.reject(error);
  failed.catch(() => {});
  return failed;
}

function freeing(prototype, end) {
  const { free } = prototype;
  return function () {
    if (!isOne(this, prototype) || !this.__wbg_ptr) return;
    if (prototype.detach) remains.set(this, this.__handle());
    if (end) Promise.resolve(this[end]()).catch(() => {});
    free.call(this);
  };
}

const isOne = (object, prototype) => object != null && prototype.isPrototypeOf(object);

/** Only the module may fire the events. */
function makeEventTarget(prototype) {
  Object.setPrototypeOf(prototype, EventTarget.prototype);
  prototype.dispatchEvent = () => {
    throw moimError("UnsupportedError", "ERR_UNSUPPORTED", "only moim itself fires events at its objects");
  };
  for (const name of ["addEventListener", "removeEventListener"]) {
    const method = prototype[name];
    const value = function (type, listener, options) {
      if (listener === null && isOne(this, prototype)) return; // as with the browser's own targets
      const target = method.call(this, type, isOne(this, prototype) ? listenerOf(this, listener) : listener, options);
      if (target) targets.set(this, target);
    };
    Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
  }
}

/** The targets that the module holds weakly until the object is active: nothing else keeps a listener's object alive. */
const targets = new WeakMap();

/** By the object, and by the listener that the page gave. */
const listeners = new WeakMap();

/** The listener that calls the page's own with the object as the event's target. The module fires at a target inside. */
function listenerOf(object, listener) {
  if (Object(listener) !== listener) return listener; // which is an error
  const known = listeners.get(object) ?? new WeakMap();
  if (!known.has(listener)) known.set(listener, (event) => call(listener, object, eventOf(event, object)));
  listeners.set(object, known);
  return known.get(listener);
}

const call = (listener, object, event) =>
  typeof listener === "function" ? listener.call(object, event) : listener.handleEvent(event);

function eventOf(event, object) {
  // An event of a browser's object, such as a MediaStreamTrack, is also for the listeners that the page has there.
  const own = event.target?.constructor === EventTarget ? event : new event.constructor(event.type, event);
  for (const key of ["target", "currentTarget", "srcElement"]) {
    Object.defineProperty(own, key, { value: object, configurable: true });
  }
  return own;
}
