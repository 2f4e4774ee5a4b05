// Calls all exports of the package, in every wrong way, to find errors without a code. Runs in a page, in a worker and
// in Node.

/**
 * Calls each function, constructor, method, getter and setter with junk, and each method on wrong objects as well.
 *
 * @param {object} api the package's exports
 * @param {object[]} objects objects of the package's classes: their methods are called too
 * @returns {Promise<string[]>} thrown values and rejections that are not errors with a code
 */
export async function uncodedErrors(api, objects = []) {
  const uncoded = new Map(); // by method
  const pending = [];
  const attempt = (what, call) => {
    const judge = (error) => {
      const isCoded = error instanceof Error && /^ERR_[A-Z_]+$/.test(error.code);
      if (!isCoded && !uncoded.has(what.replace(/\(.*/, ""))) uncoded.set(what.replace(/\(.*/, ""), `${what}: ${error}`);
    };
    try {
      const result = call();
      if (result instanceof Promise) pending.push(result.then(() => {}, judge));
      return result;
    } catch (error) {
      judge(error);
      return undefined;
    }
  };
  const junk = [
    undefined, null, 0, -1, NaN, 2 ** 53, 10n, "", "camera", Symbol("s"), true, () => 1, {}, [], [1], new Map(), new Date(NaN),
    Object.create(null), new Uint8Array(2), { __wbg_ptr: 8 }, new Proxy({}, { ownKeys: () => { throw new Error("trap"); } }),
  ];
  const functions = Object.entries(api).filter(([name, value]) => typeof value === "function" && !/^(default|initSync)$/.test(name));
  const called = (what, call) => {
    attempt(`${what}()`, () => call());
    for (const value of junk) {
      const shown = typeof value === "object" && value ? `a ${value.constructor?.name}` : String(value);
      attempt(`${what}(${shown})`, () => call(value));
      attempt(`${what}("a", ${shown})`, () => call("a", value));
      attempt(`${what}(${shown}, ${shown})`, () => call(value, value));
    }
  };
  const keysOf = (object) => Reflect.ownKeys(object).filter((key) => !/^(constructor|prototype|name|length|__.*)$/.test(String(key)));
  const useOf = (prototype, key, target, what) => {
    const { value, get, set } = Object.getOwnPropertyDescriptor(prototype, key);
    if (typeof value === "function") called(what, (...args) => value.apply(target, args));
    if (get) attempt(what, () => get.call(target));
    if (set) for (const value of junk) attempt(`${what} = ${typeof value}`, () => set.call(target, value));
  };
  for (const [name, value] of functions) {
    const { prototype } = value;
    if (prototype instanceof Error) {
      called(`new ${name}`, (...args) => new value(...args));
      continue;
    }
    if (!prototype?.free) {
      called(name, value);
      continue;
    }
    called(`new ${name}`, (...args) => new value(...args));
    for (const key of keysOf(value)) useOf(value, key, value, `${name}.${String(key)}`);
    const wrong = [undefined, null, {}, 5, Object.create(prototype), { __wbg_ptr: 8 }, ...objects.filter((one) => one.constructor !== value)];
    for (const key of keysOf(prototype)) {
      for (const target of wrong) useOf(prototype, key, target, `${name}.prototype.${String(key)} of a ${target?.constructor?.name}`);
    }
  }
  // Methods that end an object come last.
  const order = (key) => ["leave", "close", "stop", "free", Symbol.dispose].indexOf(key);
  for (const object of objects) {
    const prototype = Object.getPrototypeOf(object);
    const keys = keysOf(prototype).sort((a, b) => order(a) - order(b));
    for (const key of keys) useOf(prototype, key, object, `${object.constructor.name}.${String(key)}`);
    object.free();
    for (const key of keys) useOf(prototype, key, object, `a freed ${object.constructor.name}.${String(key)}`);
  }
  const patience = new Promise((resolve) => setTimeout(resolve, 5000)); // some promises are never settled
  await Promise.race([Promise.all(pending), patience]);
  return [...uncoded.values()];
}
