// Counts the listeners on objects of a class, while it is installed.
(wanted) => {
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  let now = 0;
  let most = 0;
  // Earlier listeners may be removed meanwhile. None of the SDK's is on two targets.
  const counted = new WeakSet();
  EventTarget.prototype.addEventListener = function (...args) {
    if (this instanceof wanted && counted.add(args[1])) most = Math.max(most, ++now);
    return addEventListener.apply(this, args);
  };
  EventTarget.prototype.removeEventListener = function (...args) {
    if (counted.delete(args[1])) now -= 1;
    return removeEventListener.apply(this, args);
  };
  const restore = () => Object.assign(EventTarget.prototype, { addEventListener, removeEventListener });
  return { count: () => now, most: () => most, restore };
};
