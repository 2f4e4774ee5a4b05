// Counts the listeners at the objects of a class, while it is in place.
(wanted) => {
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  let now = 0;
  let most = 0;
  const counts = (target) => target instanceof wanted;
  EventTarget.prototype.addEventListener = function (...args) {
    if (counts(this)) most = Math.max(most, ++now);
    return addEventListener.apply(this, args);
  };
  EventTarget.prototype.removeEventListener = function (...args) {
    if (counts(this)) now -= 1;
    return removeEventListener.apply(this, args);
  };
  const restore = () => Object.assign(EventTarget.prototype, { addEventListener, removeEventListener });
  return { count: () => now, most: () => most, restore };
};
