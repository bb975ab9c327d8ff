import { SecondHead } from '#src/screening/head/second-head.js';
import type { TrainingRow } from './first-head-trainer.ts';
import { isCalibration, trainSecondHead, type SecondRow } from './second-head-trainer.ts';

/** The fine-tuned vectors separate attacks from the rest; the first stage's logits overlap more. */
const rows: SecondRow[] = Array.from({ length: 1_000 }, (_, document) => {
  const attack = document % 3 === 0;
  const row: TrainingRow = {
    folded: '',
    vector: new Float32Array(),
    counts: new Float32Array(),
    certain: false,
    attack,
    side: document % 2 === 0 ? 'input' : 'passage',
    source: 'toy',
    document,
  };
  const noise = Math.sin(document * 12.9898) * 0.3;
  return {
    row,
    vector: Float32Array.of(attack ? 0.9 + noise : -0.9 + noise, noise),
    firstLogit: (attack ? 1 : -4) + noise,
  };
});

describe('trainSecondHead', () => {
  const { weights, heldOut } = trainSecondHead(rows);
  const head = new SecondHead('toy', weights);

  it('judges documents of the calibration correctly, within its rate of false alarms', () => {
    expect(heldOut.input.recall).toBe(1);
    expect(heldOut.input.falseAlarms).toBeLessThanOrEqual(0.01);
    for (const { row, vector, firstLogit } of rows.filter((each) => isCalibration(each.row))) {
      const score = head.score(row.side, head.logit(row.side, vector!, firstLogit));
      expect(score >= 0.5).toBe(row.attack);
    }
  });

  it('asks the second stage about attacks, but not about texts that the first stage finds harmless', () => {
    const asked = (attack: boolean) =>
      rows.filter(({ row, firstLogit }) => row.attack === attack && !head.isHarmless(row.side, firstLogit)).length;
    expect(asked(true)).toBeGreaterThan(300);
    expect(asked(false)).toBe(0);
    expect(heldOut.passage.asked).toBe(0);
  });
});
