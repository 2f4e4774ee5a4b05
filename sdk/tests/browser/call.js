// A call between two connections of this page. The caller sends `sound` and a canvas that is painted 25 times a second.
async (sound) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
  const context = canvas.getContext("2d");
  const call = { painted: 0 };
  const painter = setInterval(() => {
    context.fillStyle = `hsl(${(call.painted += 1) * 10} 100% 50%)`;
    context.fillRect(0, 0, canvas.width, canvas.height);
  }, 40);
  const [caller, callee] = [new RTCPeerConnection(), new RTCPeerConnection()];
  caller.onicecandidate = ({ candidate }) => candidate && callee.addIceCandidate(candidate);
  callee.onicecandidate = ({ candidate }) => candidate && caller.addIceCandidate(candidate);
  for (const track of [sound, ...canvas.captureStream().getTracks()]) caller.addTrack(track);
  await caller.setLocalDescription();
  await callee.setRemoteDescription(caller.localDescription);
  await callee.setLocalDescription();
  await caller.setRemoteDescription(callee.localDescription);
  // Chromium decodes audio only for a media element.
  const audio = Object.assign(new Audio(), { srcObject: new MediaStream(callee.getReceivers().map(({ track }) => track)) });
  await audio.play();
  const stop = () => {
    clearInterval(painter);
    caller.close();
    callee.close();
    audio.srcObject = null;
  };
  return Object.assign(call, { caller, callee, stop });
}
