// Two connections of this page, and a function that connects them.
() => {
  const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
  for (const [from, to] of [[a, b], [b, a]]) {
    from.addEventListener("icecandidate", ({ candidate }) => {
      if (candidate !== null && to.signalingState !== "closed") to.addIceCandidate(candidate).catch(() => {});
    });
  }
  const meet = async () => {
    await a.setLocalDescription(await a.createOffer());
    await b.setRemoteDescription(a.localDescription);
    await b.setLocalDescription(await b.createAnswer());
    await a.setRemoteDescription(b.localDescription);
  };
  return [a, b, meet];
};
