import { SpeechRecogniser, type RecogniserParts } from './speech-recogniser.js';

const WINDOW = 512;

/** A recogniser that hears speech where the probabilities say so, and the given texts in it. */
function recogniserOf(probabilities: number[], texts: string[]): SpeechRecogniser {
  const samples = new Float32Array(probabilities.length * WINDOW);
  const parts: RecogniserParts = {
    decoder: { decode: () => Promise.resolve({ samples, durationSeconds: samples.length / 16_000 }) },
    detector: { windowSamples: WINDOW, detect: () => Promise.resolve(Float32Array.from(probabilities)) },
    recogniser: {
      model: 'ear',
      threads: 1,
      language: 'en',
      transcribe: (pieces) => Promise.resolve(pieces.map((_, i) => texts[i] ?? '')),
    },
  };
  return new SpeechRecogniser(parts);
}

const speech = new Array<number>(50).fill(0.9);
const silence = new Array<number>(100).fill(0);

describe('SpeechRecogniser', () => {
  it('joins the texts of the pieces and says when each was spoken', async () => {
    const transcript = await recogniserOf([...speech, ...silence, ...speech], ['One.', 'Two.']).transcribe(
      new Uint8Array(),
    );
    expect(transcript).toMatchObject({
      text: 'One. Two.',
      speech: true,
      language: 'en',
      model: 'ear',
      threads: 1,
      durationSeconds: 6.4,
    });
    expect(transcript.segments.map(({ text }) => text)).toEqual(['One.', 'Two.']);
    expect(transcript.segments[1]?.end).toBe(6.4);
  });

  it('leaves out a piece in which nothing was heard', async () => {
    const transcript = await recogniserOf([...speech, ...silence, ...speech], ['', 'Two.']).transcribe(
      new Uint8Array(),
    );
    expect(transcript).toMatchObject({ text: 'Two.', speech: true, segments: [{ text: 'Two.' }] });
  });

  it('says that nobody spoke when there was no speech, or no words in it', async () => {
    for (const heard of [recogniserOf(silence, []), recogniserOf(speech, [''])]) {
      await expect(heard.transcribe(new Uint8Array())).resolves.toMatchObject({
        text: '',
        speech: false,
        segments: [],
      });
    }
  });
});
