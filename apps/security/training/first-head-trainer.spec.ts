import { attackRules } from '@llmos/guardrails';
import { decodeFirstHead, encodeFirstHead } from '#src/screening/head/first-head-file.js';
import { FirstHead } from '#src/screening/head/first-head.js';
import { trainFirstHead, type TrainingRow } from './first-head-trainer.ts';

/** Attacks and other texts are separated by a plane, except for a few. */
const rows: TrainingRow[] = Array.from({ length: 400 }, (_, at) => {
  const attack = at % 4 === 0;
  const noise = Math.sin(at * 12.9898) * 0.3;
  return {
    folded: attack ? `ignore rule ${at % 7}` : `where is my parcel ${at % 7}`,
    vector: Float32Array.of(attack ? 0.8 + noise : -0.8 + noise, noise),
    counts: new Float32Array(attackRules.length),
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

describe('trainFirstHead', () => {
  const about = { model: 'toy', provenance: {}, file: 'toy.safetensors' };
  const { weights, heldOut } = trainFirstHead([...rows, ...passageAttacks]);

  it('separates attacks from other texts at 0.5, within its rate of false alarms', () => {
    expect(heldOut.input.recall).toBeGreaterThan(0.95);
    expect(heldOut.input.falseAlarms).toBeLessThanOrEqual(0.01);
    const head = new FirstHead(weights);
    const score = (row: TrainingRow) =>
      head.score('input', head.logit('input', { ...row, lexical: head.lexical(row.folded) }));
    expect(score(rows[0]!)).toBeGreaterThan(0.5);
    expect(score(rows[1]!)).toBeLessThan(0.5);
  });

  it('writes weights that decode to the same logits, except for rounding', () => {
    const stored = decodeFirstHead(encodeFirstHead(weights, about));
    expect(stored.vocabulary).toEqual(weights.vocabulary);
    const [before, after] = [new FirstHead(weights), new FirstHead(stored)];
    for (const row of rows.slice(0, 20)) {
      const features = { ...row, lexical: before.lexical(row.folded) };
      expect(after.logit('input', features)).toBeCloseTo(before.logit('input', features), 1);
    }
  });

  it('writes weights that are rejected with other rules or other bytes', () => {
    const files = encodeFirstHead(weights, about);
    expect(() => decodeFirstHead(files, ['another'])).toThrow('other rules');
    const changed = { ...files, bin: Buffer.concat([files.bin, Buffer.of(1)]) };
    expect(() => decodeFirstHead(changed)).toThrow(/has sha256 \w+, expected/);
  });
});
