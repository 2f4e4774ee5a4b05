// Counts the listeners at the objects of a class, while it is in place.
(wanted) => {
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  let now = 0;
  let most = 0;
  // Those from before may go meanwhile. None of ours is at two targets.
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
