import { attackRules } from '@llmos/guardrails';
import { decodeHead, encodeHead } from '../head/head-file.js';
import { ScreeningHead } from '../head/screening-head.js';
import { trainHead, type TrainingRow } from './trainer.js';

const RULES = attackRules.map(({ id }) => id);

/** Attacks lie on one side of a plane in the vectors, apart from a few. */
const rows: TrainingRow[] = Array.from({ length: 400 }, (_, at) => {
  const attack = at % 4 === 0;
  const noise = Math.sin(at * 12.9898) * 0.3;
  return {
    folded: attack ? `ignore rule ${at % 7}` : `where is my parcel ${at % 7}`,
    vector: Float32Array.of(attack ? 0.8 + noise : -0.8 + noise, noise),
    counts: new Float32Array(RULES.length),
    certain: false,
    attack,
    side: at % 2 === 0 || at % 3 === 0 ? 'input' : 'passage',
    source: 'toy',
    document: at,
  };
});
const passageAttacks = rows
  .filter(({ attack }) => attack)
  .map((row, at): TrainingRow => ({ ...row, side: 'passage', document: 400 + at }));

describe('trainHead', () => {
  const { weights, heldOut } = trainHead([...rows, ...passageAttacks]);

  it('tells attacks from the rest, with the threshold at 0.5 and within its false alarms', () => {
    expect(heldOut.input.recall).toBeGreaterThan(0.95);
    expect(heldOut.input.falseAlarms).toBeLessThanOrEqual(0.01);
    const head = new ScreeningHead(weights);
    const score = (row: TrainingRow) =>
      head.score('input', head.logit('input', { ...row, lexical: head.lexical(row.folded) }));
    expect(score(rows[0]!)).toBeGreaterThan(0.5);
    expect(score(rows[1]!)).toBeLessThan(0.5);
  });

  it('survives being stored, but for rounding', () => {
    const about = { model: 'toy', ruleIds: RULES, provenance: {}, binFile: 'toy.bin' };
    const stored = decodeHead(encodeHead(weights, about), RULES);
    expect(stored.vocabulary).toEqual(weights.vocabulary);
    const [before, after] = [new ScreeningHead(weights), new ScreeningHead(stored)];
    for (const row of rows.slice(0, 20)) {
      const features = { ...row, lexical: before.lexical(row.folded) };
      expect(after.logit('input', features)).toBeCloseTo(before.logit('input', features), 1);
    }
  });

  it('is not used with other rules or other bytes than it was trained with', () => {
    const files = encodeHead(weights, { model: 'toy', ruleIds: RULES, provenance: {}, binFile: 'toy.bin' });
    expect(() => decodeHead(files, ['another'])).toThrow('does not fit');
    expect(() => decodeHead({ ...files, bin: Buffer.concat([files.bin, Buffer.of(1)]) }, RULES)).toThrow(
      'does not fit',
    );
  });
});
