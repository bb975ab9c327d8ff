import { readdirSync, readFileSync } from 'node:fs';
import { isLlmosError } from '@llmos/contracts';
import { WorkerPool } from '@llmos/models';
import fc from 'fast-check';
import type { DecodedAudio } from '../src/ports/audio-decoder.port.js';
import { buildWav, tone } from './wav-builder.js';

const SAMPLES = new URL('samples/', import.meta.url);
const NAMES = readdirSync(SAMPLES).filter((name) => name.startsWith('question'));
const sample = (name: string) => new Uint8Array(readFileSync(new URL(name, SAMPLES)));

let pool: WorkerPool;
beforeAll(async () => {
  const module = new URL('decoding.worker.ts', import.meta.url);
  pool = await WorkerPool.start({ module, init: { maxDurationSeconds: 600 }, name: 'decoding' });
});
afterAll(() => pool.close());

const decode = (bytes: Uint8Array) => pool.call<DecodedAudio>('decode', bytes);

describe('Decoding in a worker', () => {
  it('accepts ten minutes and not a second more', async () => {
    const { durationSeconds } = await decode(buildWav(tone(600, 8_000), { sampleRate: 8_000 }));
    expect(durationSeconds).toBe(600);
    const longer = decode(buildWav(tone(601, 8_000), { sampleRate: 8_000 }));
    await expect(longer).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  }, 120_000);

  it.each(NAMES)(
    'decodes or refuses %s however it is damaged, and continues',
    async (name) => {
      const whole = sample(name);
      const damage = fc.tuple(
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.array(fc.tuple(fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: whole.length - 1 })), fc.nat({ max: 255 })), {
          maxLength: 20,
        }),
      );
      const decodes = fc.asyncProperty(damage, async ([length, changes]) => {
        const damaged = whole.slice(0, Math.ceil(whole.length * Math.min(1, length)));
        for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
        const outcome = await decode(damaged).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: expect.any(String), field: 'audio' });
        else expect((outcome as DecodedAudio).samples.length).toBeGreaterThan(0);
        expect(outcome instanceof Error && !isLlmosError(outcome)).toBe(false);
      });
      await fc.assert(decodes, { numRuns: 40 });
      await expect(decode(whole)).resolves.toMatchObject({ durationSeconds: expect.closeTo(2.4, 0), truncated: false });
    },
    60_000,
  );
});
