import { FactorSolver, gramOfVectors } from './factor-solver.js';
import { seededRandom, standardNormal } from '@llmos/learning';

describe('FactorSolver', () => {
  const d = 5;
  const random = seededRandom(3);
  const vectors = Float32Array.from({ length: 9 * d }, () => standardNormal(random));
  const gram = gramOfVectors(vectors, d);
  const at = (row: number, f: number) => vectors[row * d + f]!;

  it('solves the system of a fold-in', () => {
    const touched = Uint32Array.of(0, 3, 4, 7, 8);
    const x = new FactorSolver(d).fold(touched, vectors, gram, { unobservedWeight: 0.3, penalty: 0.7 });
    for (let f = 0; f < d; f++) {
      let [left, right] = [0.7 * x[f]!, 0];
      for (let g = 0; g < d; g++) left += 0.3 * gram[f * d + g]! * x[g]!;
      for (const row of touched) {
        for (let g = 0; g < d; g++) left += at(row, f) * at(row, g) * x[g]!;
        right += at(row, f);
      }
      expect(left).toBeCloseTo(right, 8);
    }
  });

  it('sums the products of all vectors in the Gram matrix', () => {
    const byHand = Array.from({ length: 9 }, (_, row) => at(row, 1) * at(row, 2)).reduce((sum, part) => sum + part, 0);
    expect(gram[1 * d + 2]).toBeCloseTo(byHand, 10);
    expect(gram[2 * d + 1]).toBeCloseTo(byHand, 10);
  });
});
