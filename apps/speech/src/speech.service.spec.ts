import { synthesize } from '@llmos/contracts/capabilities/speech';
import { runStep } from '@llmos/testing';
import type { Voice } from './ports/voice.port.js';
import { SpeechService } from './speech.service.js';
import { SpeechSteps } from './speech.steps.js';

/** Says each character as one sample, and notes what it was asked to say. */
function voiceOf(said: string[], beforeEach: (count: number) => void = () => undefined): Voice {
  return {
    model: 'plain',
    sampleRate: 100,
    speak: (words) => {
      said.push(words);
      beforeEach(said.length);
      return Promise.resolve(new Int16Array(words.length).fill(1));
    },
    close: () => Promise.resolve(),
  };
}

function serviceWith(voice: Voice) {
  const service = new SpeechService();
  service.use(voice);
  const steps = new SpeechSteps(service);
  return (input: unknown, own = {}) =>
    runStep(synthesize, (each, context) => steps.synthesize(each, context), input, own);
}

describe('The speech service', () => {
  it('sends each sentence as it is spoken, and the whole with a pause between sentences at the end', async () => {
    const said: string[] = [];
    const { output, deltas } = await serviceWith(voiceOf(said))({ text: 'It costs £5. Is it free?' });
    expect(said).toEqual(['It costs five pounds.', 'Is it free?']);
    expect(deltas).toMatchObject([
      { speech: { index: 0, words: 'It costs £5.', contentType: 'audio/wav', durationSeconds: 0.41 } },
      { speech: { index: 1, words: 'Is it free?', durationSeconds: 0.11 } },
    ]);
    expect(output).toMatchObject({ durationSeconds: 0.52, pieces: 2, sampleRate: 100, model: 'plain' });
    expect(output.audio).toHaveLength(44 + 2 * 52);
  });

  it('says nothing for a text without words', async () => {
    const { output } = await serviceWith(voiceOf([]))({ text: '…' });
    expect(output).toMatchObject({ durationSeconds: 0, pieces: 0 });
  });

  it('stops between two sentences when the run is cancelled', async () => {
    const said: string[] = [];
    const cancelled = new AbortController();
    const speak = serviceWith(voiceOf(said, () => cancelled.abort(new Error('cancelled'))));
    await expect(speak({ text: 'One. Two. Three.' }, { signal: cancelled.signal })).rejects.toThrow('cancelled');
    expect(said).toEqual(['One.']);
  });

  it('refuses a text that is not English and names the field', async () => {
    const refused = serviceWith(voiceOf([]))({ text: 'Guten Tag', language: 'de' });
    await expect(refused).rejects.toMatchObject({ code: 'UNSUPPORTED_LANGUAGE', field: 'language' });
  });

  it.each([
    ['Guten Tag, wie kann ich Ihnen helfen?', undefined, "'de'"],
    ['Здравствуйте, чем я могу вам помочь?', undefined, "'ru'"],
    ['您好，请问有什么可以帮您？', 'en', "'zh'"],
  ])('refuses %j, and says nothing of it', async (text, language, named) => {
    const said: string[] = [];
    await expect(serviceWith(voiceOf(said))({ text, language })).rejects.toMatchObject({
      code: 'UNSUPPORTED_LANGUAGE',
      field: 'text',
      message: expect.stringContaining(named) as string,
    });
    expect(said).toEqual([]);
  });

  it('says that the voice is still loading until it is there', async () => {
    const steps = new SpeechSteps(new SpeechService());
    const early = runStep(synthesize, (input, context) => steps.synthesize(input, context), { text: 'Hello.' });
    await expect(early).rejects.toMatchObject({ code: 'MODEL_LOADING' });
  });
});
