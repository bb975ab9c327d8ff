import { minimise } from './lbfgs.js';
import { matrix, solvePositiveDefinite, timesTransposed, transpose, type Matrix } from './linear-algebra.js';
import { fitLogisticRegression } from './logistic-regression.js';

function filled(rows: number, columns: number): Matrix {
  const made = matrix(rows, columns);
  made.data.forEach((_, at) => (made.data[at] = Math.sin((at * at + 1) * 12.9898) * 3));
  return made;
}

describe('minimise', () => {
  it('finds the minimum of the Rosenbrock function', () => {
    const found = minimise(
      (point, gradient) => {
        const [x, y] = [point[0]!, point[1]!];
        gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
        gradient[1] = 200 * (y - x * x);
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
      },
      Float64Array.of(-1.2, 1),
      { maxIterations: 200, gradientTolerance: 1e-8 },
    );
    expect(found[0]).toBeCloseTo(1, 6);
    expect(found[1]).toBeCloseTo(1, 6);
  });
});

describe('timesTransposed', () => {
  it.each([
    [4, 8, 4],
    [7, 5, 9],
    [1, 3, 2],
  ])('equals the schoolbook product (%d × %d, %d rows)', (rows, width, others) => {
    const [a, b] = [filled(rows, width), filled(others, width)];
    const product = timesTransposed(a, b);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < others; j++) {
        let sum = 0;
        for (let at = 0; at < width; at++) sum += a.data[i * width + at]! * b.data[j * width + at]!;
        expect(product.data[i * others + j]).toBeCloseTo(sum, 9);
      }
  });
});

describe('solvePositiveDefinite', () => {
  it('uses only the lower half of the matrix', () => {
    const a = filled(6, 9);
    const system = timesTransposed(a, a);
    const wanted = filled(6, 3);
    const right = timesTransposed(system, transpose(wanted));
    const half = timesTransposed(a, a, true);
    const solved = solvePositiveDefinite(half, right);
    solved.data.forEach((value, at) => expect(value).toBeCloseTo(wanted.data[at]!, 6));
  });

  it('rejects a matrix that is not positive definite', () => {
    expect(() => solvePositiveDefinite(matrix(2, 2), matrix(2, 1))).toThrow('not positive definite');
  });
});

describe('fitLogisticRegression', () => {
  it('reaches the known optimum of a one-feature problem', () => {
    // By symmetry the weights are ±w with w = C · Σ (1 - p): solved by hand iteration for two rows and C = 1.
    const rows = [1, -1].map((value) => ({ indexes: Int32Array.of(0), values: Float64Array.of(value) }));
    const options = { inversePenalty: 1, maxIterations: 100, gradientTolerance: 1e-9 };
    const { weights, bias } = fitLogisticRegression(
      { rows, labels: Int32Array.of(0, 1), features: 1, classes: 2 },
      options,
    );
    const w = weights[0]!;
    expect(weights[1]).toBeCloseTo(-w, 6);
    expect(bias[0]).toBeCloseTo(bias[1]!, 6);
    expect(w).toBeCloseTo(2 * (1 - 1 / (1 + Math.exp(-2 * w))), 6);
  });
});
