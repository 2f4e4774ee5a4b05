// What consoles, `JSON.stringify` and Node's `util.inspect` show of an object.

/** What never changes. Consoles show it, as they do not call getters. */
const CONSTANT = ["id", "participantId", "publicationId", "kind", "source", "label", "name"];

/** Getters that create something: streams, promises, tracks. */
const CREATING = /able$|^finished$|Track$/;

/** What consoles show of a room in addition. Symbols, as members would hide the getters, which are never outdated. */
const CHANGING = { state: Symbol("state"), participantId: Symbol("participantId") };

/** Where the objects are in the module's memory. Chromium's console shows every member of an object, also a hidden one. */
const pointers = new WeakMap();

/** Changes a class, whose methods are guarded already. */
export function show(name, prototype, guarded) {
  const getters = Object.getOwnPropertyNames(prototype).filter(
    (key) => Object.getOwnPropertyDescriptor(prototype, key).get && !CREATING.test(key),
  );
  const constant = CONSTANT.filter((key) => getters.includes(key));
  const define = (key, value) => Object.defineProperty(prototype, key, { value, configurable: true, writable: true });

  // The first thing that the generated code sets, for a `new` object and for one that the module returns.
  Object.defineProperty(prototype, "__wbg_ptr", {
    configurable: true,
    get() {
      return pointers.get(this);
    },
    set(pointer) {
      const isNew = !pointers.has(this);
      pointers.set(this, pointer);
      if (!isNew) return;
      for (const [key, value] of values(this, constant)) Object.defineProperty(this, key, { value, enumerable: true });
      if (name === "Room") showState(this);
    },
  });
  define(Symbol.toStringTag, name);
  define("toJSON", guarded(function () {
    return Object.fromEntries(values(this, getters));
  }));
  define(Symbol.for("nodejs.util.inspect.custom"), function (depth, options, inspect) {
    const isShown = typeof inspect === "function" && this?.__wbg_ptr;
    return isShown ? `${name} ${inspect(this.toJSON(), { ...options, depth })}` : this;
  });
}

/** Keeps what a console shows of a room up to date. */
function showState(room) {
  const refresh = () => {
    for (const [key, value] of values(room, Object.keys(CHANGING))) {
      Object.defineProperty(room, CHANGING[key], { value, configurable: true });
    }
  };
  refresh();
  room.addEventListener("statechange", refresh);
}

/** The members that have a value other than an object of the browser, which says nothing as JSON. */
function values(object, keys) {
  return keys.flatMap((key) => {
    try {
      const value = object[key];
      return value === undefined || (value?.[Symbol.toStringTag] && !value.toJSON) ? [] : [[key, value]];
    } catch {
      return []; // this browser lacks it
    }
  });
}
