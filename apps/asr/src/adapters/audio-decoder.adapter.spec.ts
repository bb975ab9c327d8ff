import { readFileSync } from 'node:fs';
import { isLlmosError } from '@llmos/contracts';
import fc from 'fast-check';
import { buildWav, tone } from '../../test/wav-builder.js';
import { AudioDecodeAdapter } from './audio-decoder.adapter.js';

const decoder = new AudioDecodeAdapter({ maxDurationSeconds: 10 });
// The Vorbis codec compares classes across realms and fails in Jest's realm: the integration test decodes it and WebM.
const NAMES = ['question.flac', 'question.mp3', 'question-opus.ogg'];
const sample = (name: string) => new Uint8Array(readFileSync(new URL(`../../test/samples/${name}`, import.meta.url)));
const peak = (samples: Float32Array) => samples.reduce((max, value) => Math.max(max, Math.abs(value)), 0);

describe('AudioDecodeAdapter', () => {
  it.each(NAMES)('decodes %s completely, to 16 kHz', async (name) => {
    const { samples, durationSeconds } = await decoder.decode(sample(name));
    expect(durationSeconds).toBeCloseTo(2.34, 2);
    expect(samples.length / 16_000).toBeCloseTo(2.34, 2);
    expect(peak(samples)).toBeGreaterThan(0.3);
  });

  it.each([
    ['8 kHz, 24 bits, stereo', { sampleRate: 8_000, bits: 24, channels: 2 }],
    ['44.1 kHz, 8 bits', { sampleRate: 44_100, bits: 8 }],
    ['48 kHz, 32 bits', { sampleRate: 48_000, bits: 32 }],
    ['16 kHz, float', { bits: 32, float: true }],
    ['16 kHz, double, six channels', { bits: 64, float: true, channels: 6 }],
  ] as const)('decodes WAV with %s', async (_, layout) => {
    const sampleRate = 'sampleRate' in layout ? layout.sampleRate : 16_000;
    const { samples, durationSeconds } = await decoder.decode(buildWav(tone(1, sampleRate), layout));
    expect(durationSeconds).toBe(1);
    expect(samples).toHaveLength(16_000);
    expect(peak(samples.subarray(1_000, 15_000))).toBeCloseTo(0.5, 1);
  });

  it.each([
    ['an empty file', new Uint8Array(), 'INVALID_AUDIO', /empty: 0 bytes/],
    ['text', new TextEncoder().encode('not a recording at all'), 'UNSUPPORTED_MEDIA', /Send WAV, FLAC, MP3/],
    ['a WAV without samples', buildWav([]), 'INVALID_AUDIO', /0 samples/],
    ['a WAV that was cut off', buildWav(tone(1)).slice(0, 9_000), 'INVALID_AUDIO', /cut off/],
    ['a FLAC that was cut off', sample('question.flac').slice(0, 15_000), 'INVALID_AUDIO', /cut off/],
    [
      'an Ogg with its first page alone',
      sample('question-opus.ogg').slice(0, 60),
      'INVALID_AUDIO',
      /0 samples|damaged/,
    ],
    ['an MP3 tag alone', sample('question.mp3').slice(0, 40), 'INVALID_AUDIO', /0 samples|damaged/],
    ['samples that are not numbers', buildWav([0, Number.NaN, 0], { bits: 32, float: true }), 'INVALID_AUDIO', /NaN/],
    [
      'samples that are infinite',
      buildWav([0, Number.POSITIVE_INFINITY], { bits: 32, float: true }),
      'INVALID_AUDIO',
      /infinity/,
    ],
    ['a rate of 1 Hz', buildWav(tone(1), { sampleRate: 1 }), 'INVALID_AUDIO', /1 samples per second/],
    ['eleven seconds where ten are allowed', buildWav(tone(11)), 'PAYLOAD_TOO_LARGE', /longer than 10 seconds/],
  ])('refuses %s with the reason', async (_, bytes, code, message) => {
    const refusal = expect(decoder.decode(bytes)).rejects;
    await refusal.toThrow(message);
    await refusal.toMatchObject({ code, field: 'audio' });
  });

  it('stops when the caller asks for it', async () => {
    await expect(decoder.decode(buildWav(tone(5)), () => true)).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('fails only with an error about the recording, however a file is damaged', async () => {
    const files = [buildWav(tone(0.3)), ...NAMES.map(sample)];
    const damage = fc.record({
      file: fc.nat({ max: files.length - 1 }),
      length: fc.double({ min: 0, max: 1, noNaN: true }),
      bytes: fc.array(fc.tuple(fc.oneof(fc.nat({ max: 120 }), fc.nat({ max: 30_000 })), fc.nat({ max: 255 })), {
        maxLength: 12,
      }),
    });
    const decodes = fc.asyncProperty(damage, async ({ file, length, bytes }) => {
      const whole = files[file] as Uint8Array;
      const damaged = whole.slice(0, length > 0.5 ? whole.length : Math.ceil(whole.length * length * 2));
      for (const [at, value] of bytes) if (at < damaged.length) damaged[at] = value;
      const outcome = await decoder.decode(damaged).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(isLlmosError(outcome) && outcome.field === 'audio').toBe(true);
      else expect((outcome as { samples: Float32Array }).samples.every(Number.isFinite)).toBe(true);
    });
    await fc.assert(decodes, { numRuns: 300 });
  }, 30_000);
});
