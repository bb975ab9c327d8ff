import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from '@llmos/contracts/capabilities/recommender-training';
import { evaluateFile, evaluateHoldOut } from '../src/evaluation/evaluate.js';
import { encodeModel } from '../src/model/model-file.js';
import { splitHoldOut } from '../src/training/hold-out.js';
import { Trainer } from '../src/training/trainer.js';
import { prepareRows } from '../src/training/training-set.js';
import { syntheticInteractions } from './synthetic-interactions.js';

const LIMIT_MS = 180_000;

const rows = syntheticInteractions(600, 300);

describe('evaluateFile', () => {
  it.each([
    ['ncf', 'ease', 600],
    ['full', 'ease', 120],
    ['ncf', 'ials', 600],
    ['full', 'ials', 120],
  ] as const)(
    'measures by the protocol %s with %s, clearly better than random',
    async (protocol, algorithm, users) => {
      const result = await evaluateFile(rows, { protocol, algorithm, seed: 1, factors: 16, sweeps: 5 });
      expect(evaluate.output.omit({ rejections: true }).parse(result)).toEqual(result);
      expect(result).toMatchObject({ protocol, algorithm, seed: 1, users, items: 300 });
      // Random: 10 of 100 with sampled negatives; about 50 of 300 with a full ranking.
      expect(protocol === 'ncf' ? result.hr10 : result.recall50).toBeGreaterThan(protocol === 'ncf' ? 0.2 : 0.3);
      expect(result.ci95.hr10![0]).toBeLessThanOrEqual(result.hr10);
      expect(result.ci95.hr10![1]).toBeGreaterThanOrEqual(result.hr10);
    },
    LIMIT_MS,
  );

  it(
    'gives the same figures for the same seed',
    async () => {
      const options = { protocol: 'full', seed: 9 } as const;
      const [{ seconds: first, ...figures }, { seconds: second, ...again }] = [
        await evaluateFile(rows, options),
        await evaluateFile(rows, options),
      ];
      expect(again).toEqual(figures);
      expect(first + second).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  it(
    'rejects data that is too small to measure',
    async () => {
      const lone = [
        { user: 'ann', item: 'tea' },
        { user: 'bob', item: 'cup' },
      ];
      await expect(evaluateFile(lone, { protocol: 'ncf', seed: 1 })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
      await expect(evaluateFile([], { protocol: 'full', seed: 1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    },
    LIMIT_MS,
  );
});

describe('evaluateHoldOut', () => {
  it(
    'prefers the model with more training data, on the same held-out interactions',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'recommender-hold-out-'));
      try {
        const { train, heldOut } = splitHoldOut(prepareRows(rows));
        const poor = {
          ...train,
          offsets: train.offsets.slice(0, 11),
          itemsOf: train.itemsOf.slice(0, train.offsets[10]),
        };
        const [good, bad] = await Promise.all(
          [train, poor].map(async (set, at) => {
            const path = join(folder, `${at}.bin`);
            const model = await new Trainer({ threads: 1 }).train(set, { algorithm: 'ease' });
            await writeFile(path, encodeModel(model, { version: `v${at}`, createdAt: '2026-11-24T00:00:00Z' }));
            return evaluateHoldOut(path, heldOut);
          }),
        );
        expect(good!.users).toBe(heldOut.targetOffsets.length - 1);
        expect(good!.ndcg10).toBeGreaterThan(bad!.ndcg10);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    LIMIT_MS,
  );
});
