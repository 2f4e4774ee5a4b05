// Pictures and audio that a test can recognise: a canvas of one colour, a tone, and the level of a tone in a track.
() => {
  const audio = new AudioContext();
  return {
    colour(css) {
      const canvas = document.createElement("canvas");
      const context = canvas.getContext("2d");
      const track = canvas.captureStream().getVideoTracks()[0];
      const paint = () => {
        context.fillStyle = css;
        context.fillRect(0, 0, canvas.width, canvas.height);
        if (track.readyState !== "live") clearInterval(painter);
      };
      const painter = setInterval(paint, 40);
      paint();
      return track;
    },
    tone(hertz) {
      const tone = new OscillatorNode(audio, { frequency: hertz });
      const destination = audio.createMediaStreamDestination();
      tone.connect(destination);
      tone.start();
      return destination.stream.getAudioTracks()[0];
    },
    // Returns a function that measures the level of a tone in the track, in decibels.
    ear(track) {
      const analyser = new AnalyserNode(audio, { fftSize: 4096, smoothingTimeConstant: 0 });
      audio.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      const bins = new Float32Array(analyser.frequencyBinCount);
      return (hertz) => {
        analyser.getFloatFrequencyData(bins);
        return bins[Math.round((hertz * analyser.fftSize) / audio.sampleRate)];
      };
    },
    close: () => audio.close(),
  };
}
