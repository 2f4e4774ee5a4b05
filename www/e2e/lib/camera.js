// Runs inside a page: a camera and a microphone with the code and the tone of a person.
//
// Chromium plays a file as its fake camera, one for all its pages. Firefox has no such switch: its fake camera shows a
// picture without a person or a frame number. So the page's `getUserMedia` is called as usual, which keeps its errors,
// and the tracks that it returns are replaced by those of a canvas and an oscillator.

import { BLOCKS, BURST_SECONDS, PEOPLE, PICTURE, blockRect, encode } from "./code.js";

/** Makes every later `getUserMedia` of this page show `person`, in a picture of this size and rate, if `silent` without a microphone. */
export function replaceCamera(person, picture = PICTURE) {
  const devices = globalThis.navigator?.mediaDevices;
  if (!devices) return; // no secure context
  const original = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    if (constraints?.audio && picture.silent) throw new DOMException("There is no microphone.", "NotFoundError");
    const granted = await original(constraints);
    const kinds = granted.getTracks().map((track) => track.kind);
    for (const track of granted.getTracks()) track.stop();
    return new MediaStream(kinds.map((kind) => (kind === "video" ? videoTrack(person, picture) : audioTrack(person))));
  };
}

function videoTrack(person, { width, height, rate }) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  let frame = 0;
  drawFrame(context, person, frame);
  const [track] = canvas.captureStream(rate).getVideoTracks();
  const timer = setInterval(() => drawFrame(context, person, ++frame), 1000 / rate);
  return afterStop(track, () => clearInterval(timer));
}

function audioTrack(person) {
  const context = new AudioContext();
  const oscillator = new OscillatorNode(context, { frequency: PEOPLE[person].frequency });
  const volume = new GainNode(context, { gain: 0 });
  const destination = context.createMediaStreamDestination();
  oscillator.connect(volume).connect(destination);
  oscillator.start();
  // Bursts, because noise suppression removes a steady tone.
  const timer = setInterval(() => {
    const sounding = context.currentTime % BURST_SECONDS.period < BURST_SECONDS.on;
    volume.gain.setTargetAtTime(sounding ? 0.4 : 0, context.currentTime, 0.01);
  }, 50);
  const [track] = destination.stream.getAudioTracks();
  return afterStop(track, () => {
    clearInterval(timer);
    context.close();
  });
}

function drawFrame(context, person, frame) {
  const { hue } = PEOPLE[person];
  const { width: across, height: down } = context.canvas;
  context.fillStyle = `hsl(${hue} 60% 35%)`;
  context.fillRect(0, 0, across, down);
  context.fillStyle = `hsl(${hue} 70% 60%)`;
  context.fillRect(((frame * 6) % (across * 1.125)) - across / 8, down * 0.45, across / 8, down * 0.4);
  const blocks = encode(person, frame);
  for (let index = 0; index < BLOCKS; index++) {
    const { left, top, width, height } = blockRect(index, across, down);
    context.fillStyle = blocks[index] ? "#fff" : "#000";
    context.fillRect(left, top, width, height);
  }
}

function afterStop(track, clean) {
  const stop = track.stop.bind(track);
  track.stop = () => {
    stop();
    clean();
  };
  return track;
}
