const MEAN_DECAY = 0.9;
const SQUARE_DECAY = 0.99;
const EPSILON = 1e-8;

/** The Adam optimiser (Kingma & Ba 2015) for noisy gradients. */
export class Adam {
  private readonly mean: Float32Array;
  private readonly square: Float32Array;
  private steps = 0;

  constructor(size: number) {
    this.mean = new Float32Array(size);
    this.square = new Float32Array(size);
  }

  /** Moves the point in place, each number by about `rate`. */
  step(point: Float32Array, gradient: Float32Array, rate: number): void {
    this.steps++;
    const meanScale = 1 / (1 - MEAN_DECAY ** this.steps);
    const squareScale = 1 / (1 - SQUARE_DECAY ** this.steps);
    for (let at = 0; at < point.length; at++) {
      const slope = gradient[at]!;
      const mean = (this.mean[at] = MEAN_DECAY * this.mean[at]! + (1 - MEAN_DECAY) * slope);
      const square = (this.square[at] = SQUARE_DECAY * this.square[at]! + (1 - SQUARE_DECAY) * slope * slope);
      point[at]! -= (rate * mean * meanScale) / (Math.sqrt(square * squareScale) + EPSILON);
    }
  }
}
