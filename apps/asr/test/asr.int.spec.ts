import { readFile, readdir } from 'node:fs/promises';
import { transcribe } from '@llmos/contracts/capabilities/asr';
import { WorkerPool } from '@llmos/models';
import { longestHold } from '@llmos/testing';
import { MoonshineAdapter } from '../src/adapters/moonshine.adapter.js';
import { testModels, type TestModels } from './model-files.js';
import { buildWav, noise, tone } from './wav-builder.js';
import { REFERENCES, wordErrors, wordsOf } from './word-errors.js';

/** A pass of the model takes hundreds of milliseconds. */
const MAX_HOLD_MS = 50;
const QUESTIONS = new URL('../../../deploy/samples/questions/', import.meta.url);
const LANGUAGES = new URL('samples/languages/', import.meta.url);
const language = (name: string) => readFile(new URL(`${name}.ogg`, LANGUAGES));
const question = (name: string) => readFile(new URL(`${name}.wav`, QUESTIONS));

let models: TestModels;
let asr: MoonshineAdapter;

beforeAll(async () => {
  models = await testModels();
  asr = await MoonshineAdapter.start({ files: models.files, workers: 1, maxDurationSeconds: 600 });
}, 300_000);
afterAll(() => asr.close());

const hear = (audio: Uint8Array<ArrayBuffer>) => asr.transcribe({ audio });

/** Mono samples of a 16-bit WAV with a plain header. */
async function samplesOf(path: string | URL): Promise<Float32Array> {
  const data = (await readFile(path)).subarray(44);
  return Float32Array.from({ length: data.length >> 1 }, (_, i) => data.readInt16LE(2 * i) / 32_768);
}

describe('asr.transcribe on speech', () => {
  it('transcribes the recorded questions without an error', async () => {
    const names = (await readdir(QUESTIONS)).filter((name) => name.endsWith('.wav'));
    expect(names.length).toBeGreaterThanOrEqual(6);
    for (const name of names) {
      const expected = await readFile(new URL(name.replace('.wav', '.txt'), QUESTIONS), 'utf8');
      const { text } = await hear(await readFile(new URL(name, QUESTIONS)));
      expect(wordsOf(text)).toEqual(wordsOf(expected));
    }
  }, 120_000);

  it('transcribes a minute of reading with at most 5 % of the words wrong, in ordered segments', async () => {
    const { text, segments, durationSeconds, ...rest } = await hear(await readFile(models.twoCities));
    expect(wordErrors(REFERENCES.twoCities, text)).toBeLessThanOrEqual(0.05 * wordsOf(REFERENCES.twoCities).length);
    expect(rest).toEqual({
      speech: true,
      truncated: false,
      omitted: [],
      language: 'en',
      model: 'moonshine-tiny',
      threads: 1,
    });
    expect(durationSeconds).toBeCloseTo(44.374, 3);
    expect(segments.length).toBeGreaterThan(1);
    expect(segments.map((segment) => segment.text).join(' ')).toBe(text);
    let last = 0;
    for (const { start, end } of segments) {
      expect(start).toBeGreaterThanOrEqual(last);
      expect(end - start).toBeLessThanOrEqual(15.1);
      last = end;
    }
    expect(last).toBeLessThanOrEqual(durationSeconds);
  }, 120_000);

  it.each(['american', 'british', 'scottish'])('accepts a %s voice as English, with its confidence', async (accent) => {
    const { text, segments, omitted } = await hear(await language(`english-${accent}`));
    expect(text).toMatch(/ I need help right /);
    expect(omitted).toEqual([]);
    for (const { confidence } of segments) expect(confidence).toBeGreaterThan(0.4);
  });

  it('transcribes another reader without an error', async () => {
    const transcript = await hear(await readFile(models.beckett));
    expect(wordErrors(REFERENCES.beckett, transcript.text)).toBe(0);
    expect(transcribe.output.parse(transcript)).toEqual(transcript);
  }, 120_000);

  it.each([
    ['8 kHz, 24 bits, stereo', { sampleRate: 8_000, bits: 24, channels: 2 }],
    ['16 kHz, float', { sampleRate: 16_000, bits: 32, float: true }],
  ] as const)(
    'transcribes a WAV with %s',
    async (_, layout) => {
      const samples = await samplesOf(new URL('change-pin.wav', QUESTIONS));
      const step = 16_000 / layout.sampleRate;
      const thinned = samples.filter((_sample, i) => i % step === 0);
      const { text } = await hear(buildWav(thinned, layout));
      expect(text).toBe('How do I change my pin?');
    },
    120_000,
  );

  it.each([
    ...['question.flac', 'question.mp3', 'question-opus.ogg', 'question.webm'],
    ...['question.m4a', 'question-fragmented.mp4', 'question.caf', 'question-g722.wav', 'question-ima.wav'],
  ])(
    'transcribes %s',
    async (name) => {
      const { text, durationSeconds } = await hear(await readFile(new URL(`samples/${name}`, import.meta.url)));
      expect(text).toBe('How do I change my pin?');
      expect(durationSeconds).toBeCloseTo(2.4, 0);
    },
    60_000,
  );

  it('transcribes stereo whose channels are inverse to each other', async () => {
    const samples = await samplesOf(new URL('change-pin.wav', QUESTIONS));
    const stereo = [...samples].flatMap((value) => [value, -value]);
    const file = Buffer.from(buildWav(stereo));
    file.writeUInt16LE(2, 22);
    file.writeUInt16LE(4, 32);
    expect((await hear(file)).text).toBe('How do I change my pin?');
  }, 120_000);

  it('never invents words for a file that was cut off: it is heard up to a pause, or refused', async () => {
    const names = (await readdir(QUESTIONS)).filter((name) => name.endsWith('.wav'));
    for (const name of names) {
      const whole = await readFile(new URL(name, QUESTIONS));
      const said = wordsOf(await readFile(new URL(name.replace('.wav', '.txt'), QUESTIONS), 'utf8'));
      for (const kilobytes of [10, 20, 30, 40, 50, 60]) {
        const outcome = await hear(whole.subarray(0, kilobytes * 1_000)).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'INVALID_AUDIO', field: 'audio' });
        else {
          const heard = outcome as Awaited<ReturnType<typeof hear>>;
          expect(heard.truncated).toBe(true);
          expect(wordsOf(heard.text)).toEqual(said.slice(0, wordsOf(heard.text).length));
        }
      }
    }
  }, 120_000);

  it('transcribes a file that was cut off after a pause, and says so', async () => {
    const whole = await samplesOf(new URL('change-pin.wav', QUESTIONS));
    const silence = new Float32Array(16_000);
    const twice = Buffer.from(buildWav([...whole, ...silence, ...whole]));
    const { text, truncated, omitted } = await hear(twice.subarray(0, 44 + 2 * (whole.length + 32_000)));
    expect([text, truncated]).toEqual(['How do I change my pin?', true]);
    expect(omitted).toHaveLength(1);
  }, 120_000);

  it('transcribes samples without a header by their declared type', async () => {
    const audio = (await question('change-pin')).subarray(44);
    const { text } = await asr.transcribe({ audio, contentType: 'audio/L16;rate=16000;channels=1' });
    expect(text).toBe('How do I change my pin?');
  }, 120_000);

  it('transcribes both ends of a recording with a long silence between them', async () => {
    const samples = await samplesOf(new URL('change-pin.wav', QUESTIONS));
    const silence = new Float32Array(20 * 16_000);
    const { segments } = await hear(buildWav([...samples, ...silence, ...samples]));
    expect(segments.map(({ text }) => text)).toEqual(['How do I change my pin?', 'How do I change my pin?']);
    expect(segments[1]?.start).toBeGreaterThan(22);
  }, 120_000);
});

describe('asr.transcribe on other input', () => {
  it.each([
    ['silence', new Float32Array(5 * 16_000)],
    ['noise', noise(8)],
    ['a tone', tone(5)],
    ['one sample', new Float32Array(1)],
  ])('reports no speech in %s', async (_, samples) => {
    await expect(hear(buildWav(samples))).resolves.toMatchObject({ text: '', speech: false, segments: [] });
  });

  it.each(['german', 'french', 'spanish', 'italian', 'portuguese', 'dutch', 'chinese'])(
    'refuses %s instead of inventing English words',
    async (name) => {
      const refusal = expect(hear(await language(name))).rejects;
      await refusal.toMatchObject({ code: 'UNSUPPORTED_LANGUAGE', field: 'audio' });
    },
  );

  it('rejects an unreadable recording with the reason, through the worker', async () => {
    await expect(hear(Buffer.from('no sound'))).rejects.toMatchObject({
      code: 'UNSUPPORTED_MEDIA',
      field: 'audio',
    });
    await expect(hear(buildWav([]))).rejects.toMatchObject({ code: 'INVALID_AUDIO', field: 'audio' });
  });
});

describe('A batch of pieces', () => {
  it('gives the same texts as the pieces alone', async () => {
    const names = (await readdir(QUESTIONS)).filter((name) => name.endsWith('.wav'));
    const pieces = await Promise.all(names.map((name) => samplesOf(new URL(name, QUESTIONS))));
    const pool = await WorkerPool.start({
      module: new URL('batching.worker.ts', import.meta.url),
      init: models.files.moonshine,
      name: 'batching',
    });
    const alone = await pool.call('transcribe', { pieces, batchSize: 1 });
    expect(await pool.call('transcribe', { pieces, batchSize: 4 })).toEqual(alone);
    await pool.close();
  }, 120_000);
});

describe('While a recording is transcribed', () => {
  it('the event loop stays free', async () => {
    const recording = await readFile(models.twoCities);
    expect(await longestHold(() => hear(recording), MAX_HOLD_MS)).toBeLessThan(MAX_HOLD_MS);
  }, 120_000);

  it('an abort ends it at once and frees the worker', async () => {
    const recording = await readFile(models.twoCities);
    const wholeMs = await msOf(() => hear(recording));
    const caller = new AbortController();
    const aborted = asr.transcribe({ audio: recording }, caller.signal);
    setTimeout(() => caller.abort(new Error('the caller has cancelled')), 100);
    await expect(aborted).rejects.toThrow('the caller has cancelled');
    const next = await question('change-pin');
    expect(await msOf(() => hear(next))).toBeLessThan(wholeMs / 2);
  }, 120_000);

  it('further recordings wait and are all answered', async () => {
    const recording = await question('lost-phone');
    const transcripts = await Promise.all(Array.from({ length: 5 }, () => hear(recording)));
    expect(new Set(transcripts.map(({ text }) => text))).toEqual(new Set(['I lost my phone. What should I do?']));
  }, 120_000);

  it('close lets it finish', async () => {
    const other = await MoonshineAdapter.start({ files: models.files, workers: 1, maxDurationSeconds: 600 });
    const transcript = other.transcribe({ audio: await question('lost-phone') });
    await other.close();
    await expect(transcript).resolves.toMatchObject({ speech: true });
  }, 120_000);
});

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
