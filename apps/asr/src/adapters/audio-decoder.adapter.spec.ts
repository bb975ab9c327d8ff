import { readdirSync, readFileSync } from 'node:fs';
import { isLlmosError } from '@llmos/contracts';
import fc from 'fast-check';
import { buildWav, tone } from '../../test/wav-builder.js';
import { AudioDecodeAdapter } from './audio-decoder.adapter.js';

const decoder = new AudioDecodeAdapter({ maxDurationSeconds: 10 });
const SAMPLES = new URL('../../test/samples/', import.meta.url);
const NAMES = readdirSync(SAMPLES).filter((name) => name.startsWith('question'));
const sample = (name: string) => new Uint8Array(readFileSync(new URL(name, SAMPLES)));
const peak = (samples: Float32Array) => samples.reduce((max, value) => Math.max(max, Math.abs(value)), 0);

/** `.au`: a header of big-endian numbers before µ-law samples (encoding 1). */
function buildAu(samples: Uint8Array, declaredBytes = samples.length): Uint8Array {
  const header = Buffer.alloc(24);
  header.write('.snd');
  [24, declaredBytes, 1, 8_000, 1].forEach((value, i) => header.writeUInt32BE(value, 4 + 4 * i));
  return new Uint8Array(Buffer.concat([header, samples]));
}

/** `AIFF`: 16-bit big-endian samples at 8 kHz, whose rate is an 80-bit number. */
function buildAiff(samples: Float32Array, frames = samples.length): Uint8Array {
  const sound = Buffer.alloc(2 * samples.length);
  samples.forEach((value, i) => sound.writeInt16BE(Math.round(value * 32_767), 2 * i));
  const head = Buffer.alloc(54);
  head.write('FORM');
  head.writeUInt32BE(46 + 2 * frames, 4);
  head.write('AIFFCOMM', 8);
  head.writeUInt32BE(18, 16);
  head.writeUInt16BE(1, 20);
  head.writeUInt32BE(frames, 22);
  head.writeUInt16BE(16, 26);
  head.writeUInt16BE(16_383 + 12, 28);
  head.writeUInt32BE(8_000 * 2 ** 19, 30);
  head.write('SSND', 38);
  head.writeUInt32BE(8 + 2 * frames, 42);
  return new Uint8Array(Buffer.concat([head, sound]));
}

/** RF64: a WAV whose lengths are 64-bit numbers in a chunk of their own. */
function buildRf64(samples: Float32Array): Uint8Array {
  const wav = Buffer.from(buildWav(samples, { declaredBytes: 0xffffffff }));
  const sizes = Buffer.alloc(36);
  sizes.write('ds64');
  sizes.writeUInt32LE(28, 4);
  sizes.writeBigUInt64LE(BigInt(wav.length + 28), 8);
  sizes.writeBigUInt64LE(BigInt(2 * samples.length), 16);
  sizes.writeBigUInt64LE(BigInt(samples.length), 24);
  wav.write('RF64');
  wav.writeUInt32LE(0xffffffff, 4);
  return new Uint8Array(Buffer.concat([wav.subarray(0, 12), sizes, wav.subarray(12)]));
}

describe('AudioDecodeAdapter', () => {
  it.each(NAMES)('decodes %s completely, to 16 kHz', async (name) => {
    const { samples, durationSeconds, truncated } = await decoder.decode(sample(name));
    expect(Math.abs(durationSeconds - 2.34)).toBeLessThan(0.25);
    expect(samples.length / 16_000).toBeCloseTo(durationSeconds, 2);
    expect(peak(samples)).toBeGreaterThan(0.3);
    expect(truncated).toBe(false);
  });

  it.each([
    ['8 kHz, 24 bits, stereo', { sampleRate: 8_000, bits: 24, channels: 2 }],
    ['44.1 kHz, 8 bits', { sampleRate: 44_100, bits: 8 }],
    ['48 kHz, 32 bits', { sampleRate: 48_000, bits: 32 }],
    ['16 kHz, float', { bits: 32, float: true }],
    ['16 kHz, double, six channels', { bits: 64, float: true, channels: 6 }],
    ['a chunk of odd length before its format', { leadingChunk: Uint8Array.of(1, 2, 3) }],
    ['a length that its recorder did not know', { declaredBytes: 0xffffffff }],
    ['a length that its recorder left at its largest', { declaredBytes: 0x7ffff000 }],
    ['a length that its recorder left at zero', { declaredBytes: 0 }],
  ] as const)('decodes WAV with %s', async (_, layout) => {
    const sampleRate = 'sampleRate' in layout ? layout.sampleRate : 16_000;
    const { samples, durationSeconds, truncated } = await decoder.decode(buildWav(tone(1, sampleRate), layout));
    expect(durationSeconds).toBe(1);
    expect(samples).toHaveLength(16_000);
    expect(peak(samples.subarray(1_000, 15_000))).toBeCloseTo(0.5, 1);
    expect(truncated).toBe(false);
  });

  it.each([
    ['AU', buildAu(new Uint8Array(8_000).fill(0x2a))],
    ['AIFF', buildAiff(tone(1, 8_000))],
    ['RF64', buildRf64(tone(1))],
  ])('decodes %s', async (_, bytes) => {
    const { durationSeconds, truncated } = await decoder.decode(bytes);
    expect({ durationSeconds, truncated }).toEqual({ durationSeconds: 1, truncated: false });
  });

  it('decodes samples without a header by their declared type', async () => {
    const { samples } = await decoder.decode(buildWav(tone(1)).subarray(44), 'audio/L16;rate=16000');
    expect(samples).toHaveLength(16_000);
    expect(peak(samples)).toBeCloseTo(0.5, 2);
  });

  it('believes a header rather than the declared type', async () => {
    const { durationSeconds } = await decoder.decode(buildWav(tone(1)), 'audio/x-mulaw;rate=8000');
    expect(durationSeconds).toBe(1);
  });

  const CUT: readonly [string, Uint8Array][] = [
    ['WAV', buildWav(tone(1)).slice(0, 16_044)],
    ['AU', buildAu(new Uint8Array(4_000).fill(0x2a), 8_000)],
    ['AIFF', buildAiff(tone(0.5, 8_000), 8_000)],
    ...NAMES.map((name): [string, Uint8Array] => [name, sample(name).slice(0, sample(name).length * 0.6)]),
  ];
  it.each(CUT)('decodes %s that was cut off up to the cut and says so, or refuses it', async (_, bytes) => {
    const outcome = await decoder.decode(bytes).catch((error: unknown) => error);
    if (!(outcome instanceof Error)) expect(outcome).toMatchObject({ truncated: true });
    else expect(outcome).toMatchObject({ code: 'INVALID_AUDIO', message: expect.stringContaining('is cut off') });
  });

  it.each([
    ['an empty file', new Uint8Array(), 'INVALID_AUDIO', /empty: 0 bytes/],
    ['text', new TextEncoder().encode('not a recording at all'), 'UNSUPPORTED_MEDIA', /Send WAV, FLAC, MP3/],
    ['a WAV without samples', buildWav([]), 'INVALID_AUDIO', /0 samples/],
    ['a WAV with an unknown codec', buildWav(tone(1), { formatTag: 0x7abc }), 'UNSUPPORTED_MEDIA', /codec/],
    ['nine channels', buildWav(tone(1), { channels: 9 }), 'INVALID_AUDIO', /9 channels/],
    ['an Ogg with its first page alone', sample('question-opus.ogg').slice(0, 60), 'INVALID_AUDIO', /cut off/],
    ['an MP3 tag alone', sample('question.mp3').slice(0, 40), 'INVALID_AUDIO', /0 samples|damaged/],
    ['samples that are not numbers', buildWav([0, Number.NaN, 0], { bits: 32, float: true }), 'INVALID_AUDIO', /NaN/],
    ['a rate of 1 Hz', buildWav(tone(1), { sampleRate: 1 }), 'INVALID_AUDIO', /1 samples per second/],
    ['eleven seconds where ten are allowed', buildWav(tone(11)), 'PAYLOAD_TOO_LARGE', /longer than 10 seconds/],
  ])('refuses %s with the reason', async (_, bytes, code, message) => {
    const refusal = expect(decoder.decode(bytes)).rejects;
    await refusal.toThrow(message);
    await refusal.toMatchObject({ code, field: 'audio' });
  });

  it('stops when the caller asks for it', async () => {
    await expect(decoder.decode(buildWav(tone(5)), undefined, () => true)).rejects.toMatchObject({ code: 'CANCELLED' });
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
  }, 120_000);
});
