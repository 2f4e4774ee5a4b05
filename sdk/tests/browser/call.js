// A call between two connections of this page: `tracks` go from the caller to the callee, which plays the pictures in
// `video`.
async (tracks, video) => {
  const [caller, callee] = [new RTCPeerConnection(), new RTCPeerConnection()];
  caller.onicecandidate = ({ candidate }) => candidate && callee.addIceCandidate(candidate);
  callee.onicecandidate = ({ candidate }) => candidate && caller.addIceCandidate(candidate);
  for (const track of tracks) caller.addTrack(track);
  await caller.setLocalDescription();
  await callee.setRemoteDescription(caller.localDescription);
  await callee.setLocalDescription();
  await caller.setRemoteDescription(callee.localDescription);
  video.srcObject = new MediaStream(callee.getReceivers().map(({ track }) => track));
  await video.play();
  return [caller, callee];
}
