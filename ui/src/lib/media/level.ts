/** Follows the loudness of a track: 0 (silence) … 1, many times a second, until stopped. */
export function watchLevel(track: MediaStreamTrack, onLevel: (level: number) => void): () => void {
  const context = new AudioContext();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  // Autoplay rules may hold the context back until a gesture; the meter then starts with it.
  const wake = () => void context.resume();
  wake();
  document.addEventListener('pointerdown', wake, { once: true });

  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    onLevel(loudness(samples));
  }, 66);

  return () => {
    clearInterval(timer);
    document.removeEventListener('pointerdown', wake);
    source.disconnect();
    void context.close();
  };
}

/** RMS on a decibel scale: -60 dBFS and below is 0, -10 dBFS and above is 1. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const db = 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-12);
  return Math.min(1, Math.max(0, (db + 60) / 50));
}

/** Three short rising notes through the chosen speaker, so that a person can tell it works. */
export async function playTestSound(speakerId: string | undefined): Promise<void> {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  const element = new Audio();
  element.srcObject = out.stream;
  try {
    if (speakerId && 'setSinkId' in element) await element.setSinkId(speakerId);
    await element.play();
    await playNotes(context, out);
  } finally {
    element.srcObject = null;
    await context.close();
  }
}

async function playNotes(context: AudioContext, out: AudioNode): Promise<void> {
  [523.25, 659.25, 783.99].forEach((hz, i) => {
    const at = context.currentTime + 0.05 + i * 0.22;
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.frequency.value = hz;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.2, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.32);
    tone.connect(gain).connect(out);
    tone.start(at);
    tone.stop(at + 0.34);
  });
  await new Promise((resolve) => setTimeout(resolve, 1000));
}
