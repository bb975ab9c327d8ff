import { SystemRandom } from '@llmos/privacy';
import { answerNoisily, type Noise, type Query } from './noisy-answer.js';

const random = new SystemRandom();
const noise = (options: Partial<Noise> = {}): Noise => ({
  mechanism: 'gaussian',
  nano: 10_000_000n,
  contributions: 1,
  random,
  ...options,
});
const DRAWS = 2_000;
/** Five standard deviations below 95 %: one run in three million is lower by chance. */
const AT_LEAST = 0.95 * DRAWS - 5 * Math.sqrt(DRAWS * 0.95 * 0.05);

describe('answerNoisily', () => {
  for (const mechanism of ['gaussian', 'laplace'] as const) {
    it(`returns a count within its margin in 95 % of draws (${mechanism})`, () => {
      const answers = Array.from({ length: DRAWS }, () =>
        answerNoisily({ kind: 'count', value: 943 }, noise({ mechanism })),
      );
      const inside = answers.filter(({ value, margin95 }) => Math.abs(value - 943) <= margin95).length;
      expect(inside).toBeGreaterThan(AT_LEAST);
      // σ = √50 and 1/ε = √50: the margins of the two distributions.
      expect(answers[0]!.margin95).toBe(mechanism === 'gaussian' ? 14 : 21);
    });

    it(`returns a mean within its margin in 95 % of draws, and always in its range (${mechanism})`, () => {
      for (const query of [
        { kind: 'mean', sum: 3_700, count: 1_000, lower: 1, upper: 5 },
        { kind: 'mean', sum: 5, count: 1, lower: 0, upper: 5 },
        { kind: 'mean', sum: -40_000, count: 500, lower: -100, upper: 100 },
      ] satisfies Query[]) {
        const truth = query.sum / query.count;
        const answers = Array.from({ length: DRAWS }, () => answerNoisily(query, noise({ mechanism })));
        expect(
          answers.filter(({ value, margin95 }) => Math.abs(value - truth) <= margin95 + 1e-9).length,
        ).toBeGreaterThan(AT_LEAST);
        for (const { value } of answers) expect(value >= query.lower && value <= query.upper).toBe(true);
      }
    });
  }

  it('adds more noise if one user can change more values', () => {
    const margin = (contributions: number) =>
      answerNoisily({ kind: 'count', value: 5 }, noise({ contributions })).margin95;
    expect(margin(10)).toBeGreaterThanOrEqual(9 * margin(1));
    expect(margin(1_000)).toBeGreaterThanOrEqual(950 * margin(1));
  });

  it('rejects a mean that is impossible for clamped values', () => {
    const mean = { kind: 'mean', sum: 100, count: 10, lower: 0, upper: 5 } as const;
    const refused = (query: Query, field: string) =>
      expect(() => answerNoisily(query, noise())).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', field }));
    refused(mean, 'query.sum');
    refused({ ...mean, sum: -1 }, 'query.sum');
    refused({ ...mean, lower: 5 }, 'query.lower');
  });
});
