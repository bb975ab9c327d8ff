import { SpeechRecogniser, type RecogniserParts } from './speech-recogniser.js';

const WINDOW = 512;
const RECORDING = { audio: new Uint8Array() };

/** A recogniser that detects speech by the given probabilities and recognises the given texts, this sure of each. */
function recogniserOf(
  probabilities: number[],
  texts: string[],
  confidences: number[] = [],
  truncated = false,
): SpeechRecogniser {
  const samples = new Float32Array(probabilities.length * WINDOW);
  const parts: RecogniserParts = {
    decoder: { decode: () => Promise.resolve({ samples, durationSeconds: samples.length / 16_000, truncated }) },
    detector: { windowSamples: WINDOW, detect: () => Promise.resolve(Float32Array.from(probabilities)) },
    recogniser: {
      model: 'scripted',
      threads: 1,
      language: 'en',
      transcribe: (pieces) =>
        Promise.resolve(
          pieces.map((_, i) => ({ text: texts[i] ?? '', confidence: confidences[i] ?? 0.91234, otherLanguage: 0 })),
        ),
    },
  };
  return new SpeechRecogniser(parts);
}

const speech = new Array<number>(50).fill(0.9);
const silence = new Array<number>(100).fill(0);

describe('SpeechRecogniser', () => {
  it('joins the texts of the pieces, with the time of each', async () => {
    const transcript = await recogniserOf([...speech, ...silence, ...speech], ['One.', 'Two.']).transcribe(RECORDING);
    expect(transcript).toMatchObject({
      text: 'One. Two.',
      speech: true,
      language: 'en',
      model: 'scripted',
      threads: 1,
      durationSeconds: 6.4,
    });
    expect(transcript.segments.map(({ text }) => text)).toEqual(['One.', 'Two.']);
    expect(transcript.segments[1]).toMatchObject({ end: 6.4, confidence: 0.912 });
    expect(transcript.omitted).toEqual([]);
  });

  it('leaves out a piece without words', async () => {
    const transcript = await recogniserOf([...speech, ...silence, ...speech], ['', 'Two.']).transcribe(RECORDING);
    expect(transcript).toMatchObject({ text: 'Two.', speech: true, segments: [{ text: 'Two.' }] });
  });

  it('omits the text of a piece that was not understood, and says when it was', async () => {
    const recogniser = recogniserOf([...speech, ...speech, ...silence, ...speech], ['One.', 'Guess.'], [0.9, 0.1]);
    const transcript = await recogniser.transcribe(RECORDING);
    expect(transcript).toMatchObject({ text: 'One.', speech: true, segments: [{ text: 'One.' }] });
    expect(transcript.omitted).toEqual([{ start: expect.any(Number), end: 8, confidence: 0.1 }]);
  });

  it('refuses a recording most of whose speech was not understood', async () => {
    const recogniser = recogniserOf([...speech, ...silence, ...speech, ...speech], ['One.', 'Guess.'], [0.9, 0.1]);
    const refusal = expect(recogniser.transcribe(RECORDING)).rejects;
    await refusal.toMatchObject({ code: 'UNSUPPORTED_LANGUAGE', field: 'audio' });
    await refusal.toThrow(/confidence 0\.10/);
  });

  it('hears a file that is cut off up to the last pause before the cut, and says which speech it omits', async () => {
    const probabilities = [...speech, ...silence, ...speech];
    const transcript = await recogniserOf(probabilities, ['One.', 'Guess.'], [], true).transcribe(RECORDING);
    expect(transcript).toMatchObject({ text: 'One.', speech: true, truncated: true, segments: [{ text: 'One.' }] });
    expect(transcript.omitted).toEqual([{ start: expect.any(Number), end: 6.4, confidence: 0 }]);
    expect(transcript.omitted[0]!.start).toBeGreaterThan(4);
  });

  it('hears all of a file that is cut off in silence', async () => {
    const transcript = await recogniserOf([...speech, ...silence], ['One.'], [], true).transcribe(RECORDING);
    expect(transcript).toMatchObject({ text: 'One.', truncated: true, omitted: [] });
  });

  it('refuses a file that is cut off before the first pause instead of guessing its words', async () => {
    const refusal = expect(recogniserOf(speech, ['Guess.'], [], true).transcribe(RECORDING)).rejects;
    await refusal.toMatchObject({ code: 'INVALID_AUDIO', field: 'audio' });
    await refusal.toThrow('cut off in the middle of speech, after 1.6 s');
  });

  it('reports no speech if none was detected, or it has no words', async () => {
    for (const recogniser of [recogniserOf(silence, []), recogniserOf(speech, [''])]) {
      await expect(recogniser.transcribe(RECORDING)).resolves.toMatchObject({
        text: '',
        speech: false,
        segments: [],
      });
    }
  });
});
