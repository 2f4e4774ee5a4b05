// Runs inside a page: analyses the audio of a track or a media element.

const FFT_SIZE = 8192;
const SAMPLE_MS = 50;

let context;

/**
 * Listens for a while and returns the loudest moment: its root mean square (0 is silence, a full sine 0.71) and the
 * frequency that dominates it.
 *
 * @param {MediaStreamTrack | MediaStream | HTMLMediaElement} source
 * @param {number} [ms]
 * @returns {Promise<{ rms: number, frequency: number }>}
 */
export async function listen(source, ms = 1000) {
  const stream = streamOf(source);
  if (!stream?.getAudioTracks().length) return { rms: 0, frequency: 0 };
  context ??= new AudioContext();
  await context.resume();
  // Chromium provides the audio of a remote track to Web Audio only while an element plays it.
  const player = Object.assign(new Audio(), { srcObject: stream, muted: true });
  await player.play().catch(() => {});
  const analyser = new AnalyserNode(context, { fftSize: FFT_SIZE, smoothingTimeConstant: 0 });
  const node = context.createMediaStreamSource(stream);
  node.connect(analyser);

  let loudest = { rms: 0, frequency: 0 };
  const end = performance.now() + ms;
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    const moment = measure(analyser);
    if (moment.rms > loudest.rms) loudest = moment;
  }
  node.disconnect();
  player.srcObject = null;
  return loudest;
}

function measure(analyser) {
  const wave = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(wave);
  const rms = Math.sqrt(wave.reduce((sum, value) => sum + value * value, 0) / wave.length);
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const peak = bins.reduce((best, value, bin) => (value > bins[best] ? bin : best), 0);
  return { rms, frequency: (peak * analyser.context.sampleRate) / analyser.fftSize };
}

function streamOf(source) {
  if (source instanceof MediaStreamTrack) return new MediaStream([source]);
  if (source instanceof MediaStream) return new MediaStream(source.getAudioTracks());
  if (source.srcObject) return new MediaStream(source.srcObject.getAudioTracks());
  return (source.captureStream ?? source.mozCaptureStream)?.call(source);
}
