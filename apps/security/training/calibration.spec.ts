import { calibrate, type HeldOut } from './calibration.ts';
import type { TrainingRow } from './first-head-trainer.ts';

const row = (document: number, source: string, attack: boolean): TrainingRow => ({
  folded: '',
  vector: new Float32Array(),
  counts: new Float32Array(),
  certain: false,
  attack,
  side: 'input',
  source,
  document,
});
let documents = 0;
const held = (count: number, source: string, logitOf: (at: number) => number, attack = false): HeldOut[] =>
  Array.from({ length: count }, (_, at) => ({ row: row((documents += 1), source, attack), logit: logitOf(at) }));
const limitOf = ({ slope, shift }: { slope: number; shift: number }) => -shift / slope;

describe('The threshold of calibrate', () => {
  const attacks = held(200, 'attacks', (at) => 3 + at / 100, true);
  const hard = held(100, 'hard', (at) => (at < 10 ? 2 + at / 100 : -1));

  it('lets at most the given share of benign texts alarm', () => {
    const { figures } = calibrate([...attacks, ...held(1_000, 'easy', (at) => at / 500)], 0.01);
    expect(figures).toMatchObject({ recall: 1, benign: 1_000 });
    expect(figures.falseAlarms).toBeLessThanOrEqual(0.01);
    expect(figures.falseAlarms).toBeGreaterThan(0.008);
  });

  it('is not lowered by adding easy texts to one source when another source has hard texts', () => {
    const few = limitOf(calibrate([...attacks, ...hard, ...held(100, 'easy', () => -5)], 0.01));
    const many = limitOf(calibrate([...attacks, ...hard, ...held(10_000, 'easy', () => -5)], 0.01));
    expect(many).toBeCloseTo(few, 5);
    expect(few).toBeGreaterThan(2);
  });

  it('takes the highest logit of the windows of each text', () => {
    const long = held(500, 'long', (at) => (at % 5 === 4 ? at / 500 : -4)).map(({ logit, row: each }, at): HeldOut => ({
      logit,
      row: { ...each, document: Math.floor(at / 5) },
    }));
    const { figures, ...threshold } = calibrate([...attacks, ...long], 0.01);
    expect(figures).toMatchObject({ benign: 100, falseAlarms: 0.01 });
    expect(limitOf(threshold)).toBeGreaterThan(494 / 500);
  });
});
