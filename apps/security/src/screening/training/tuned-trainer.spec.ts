import { TunedHead } from '../head/tuned-head.js';
import type { TrainingRow } from './trainer.js';
import { isCalibration, trainTunedHead, type TunedRow } from './tuned-trainer.js';

/** The fine-tuned vectors tell attacks from the rest; the first stage has its doubts of both. */
const rows: TunedRow[] = Array.from({ length: 1_000 }, (_, document) => {
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
    tuned: Float32Array.of(attack ? 0.9 + noise : -0.9 + noise, noise),
    firstLogit: (attack ? 1 : -4) + noise,
  };
});

describe('trainTunedHead', () => {
  const { head, heldOut } = trainTunedHead(rows);
  const tuned = new TunedHead({ model: 'toy', ...head });

  it('judges documents that nothing was fitted on, within the false alarms it may have', () => {
    expect(heldOut.input.recall).toBe(1);
    expect(heldOut.input.falseAlarms).toBeLessThanOrEqual(0.01);
    for (const { row, tuned: vector, firstLogit } of rows.filter((each) => isCalibration(each.row))) {
      const score = tuned.score(row.side, tuned.logit(row.side, vector, firstLogit));
      expect(score >= 0.5).toBe(row.attack);
    }
  });

  it('wants to be asked about attacks, and not about what the first stage finds harmless', () => {
    const asked = (attack: boolean) =>
      rows.filter(({ row, firstLogit }) => row.attack === attack && tuned.isDoubtful(row.side, firstLogit)).length;
    expect(asked(true)).toBeGreaterThan(300);
    expect(asked(false)).toBe(0);
    expect(heldOut.passage.asked).toBe(0);
  });
});
