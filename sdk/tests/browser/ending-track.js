// A track that the browser ends by itself: the audio of an element that plays for 400 ms. Firefox delivers no
// synthetic events to tracks, so dispatching "ended" would prove nothing.
async () => {
  const samples = 3200;
  const wav = new DataView(new ArrayBuffer(44 + samples * 2));
  const text = (at, word) => [...word].forEach((letter, i) => wav.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF"); wav.setUint32(4, 36 + samples * 2, true); text(8, "WAVEfmt "); wav.setUint32(16, 16, true);
  wav.setUint16(20, 1, true); wav.setUint16(22, 1, true); wav.setUint32(24, 8000, true);
  wav.setUint32(28, 16000, true); wav.setUint16(32, 2, true); wav.setUint16(34, 16, true);
  text(36, "data"); wav.setUint32(40, samples * 2, true);
  for (let i = 0; i < samples; i += 1) wav.setInt16(44 + i * 2, 9000 * Math.sin(i / 3), true);
  const audio = new Audio(URL.createObjectURL(new Blob([wav], { type: "audio/wav" })));
  await new Promise((done, failed) => { audio.oncanplaythrough = done; audio.onerror = failed; });
  const stream = audio.captureStream ? audio.captureStream() : audio.mozCaptureStream();
  const added = new Promise((done) => stream.addEventListener("addtrack", done, { once: true }));
  await audio.play();
  if (stream.getTracks().length === 0) await added;
  return stream.getTracks()[0];
}
