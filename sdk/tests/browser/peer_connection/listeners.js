// Counts the listeners at peer connections, senders of tones and data channels, while it is in place.
() => {
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  let now = 0;
  let most = 0;
  const counts = (target) => target instanceof RTCPeerConnection;
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
