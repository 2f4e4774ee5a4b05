// Runs inside a page: analyses the audio of a track or a media element.

const FFT_SIZE = 8192;
const SAMPLE_MS = 50;

let context;
/** An element has only one. */
const elementNodes = new WeakMap();

/**
 * Listens for a while and returns the loudest moment: its root mean square (0 is silence, a full sine 0.71) and the
 * frequency that dominates it.
 *
 * @param {MediaStreamTrack | MediaStream | HTMLMediaElement} source
 * @param {number} [ms]
 * @returns {Promise<{ rms: number, frequency: number }>}
 */
export async function listen(source, ms = 1000) {
  context ??= new AudioContext();
  const { node, player } = await inputOf(source);
  if (!node) return { rms: 0, frequency: 0 };
  const analyser = new AnalyserNode(context, { fftSize: FFT_SIZE, smoothingTimeConstant: 0 });
  node.connect(analyser);

  let loudest = { rms: 0, frequency: 0 };
  const end = performance.now() + ms;
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    const moment = measure(analyser);
    if (moment.rms > loudest.rms) loudest = moment;
  }
  node.disconnect(analyser);
  if (player) player.srcObject = null;
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

/** A node with the source's sound, if it has any, and what plays it meanwhile. */
async function inputOf(source) {
  await context.resume();
  if (source instanceof HTMLMediaElement && !source.srcObject) {
    // Not what it captures: that has no track any more when a recording ends meanwhile.
    if (!elementNodes.has(source)) elementNodes.set(source, context.createMediaElementSource(source));
    return { node: elementNodes.get(source) };
  }
  const stream = streamOf(source);
  if (!stream.getAudioTracks().length) return {};
  // Chromium provides the audio of a remote track to Web Audio only while an element plays it.
  const player = Object.assign(new Audio(), { srcObject: stream, muted: true });
  await player.play().catch(() => {});
  return { node: context.createMediaStreamSource(stream), player };
}

function streamOf(source) {
  if (source instanceof MediaStreamTrack) return new MediaStream([source]);
  return new MediaStream((source.srcObject ?? source).getAudioTracks());
}
