import type { Baseline } from './baseline.port.js';

/** Values of a shape. */
const LENGTH = 12;
/** How many shapes are remembered, every third of them, and after so many more: a shape is always near to itself. */
const [REMEMBERED, EVERY, DELAY] = [400, 3, 4];

/**
 * Whether the course of the last values was there before: the distance to the nearest remembered course, without their
 * levels (a discord of a stream; Keogh, Lin, Fu 2005). It sees a change of the pattern at values that are usual.
 */
export class ShapeBaseline implements Baseline {
  private readonly last = new Float64Array(LENGTH);
  private readonly known: Float64Array[] = [];
  private readonly waiting: Float64Array[] = [];
  private seen = 0;
  private oldest = 0;

  next(value: number): number {
    this.last[this.seen++ % LENGTH] = value;
    if (this.seen < LENGTH) return 0;
    const shape = this.present();
    const error = this.known.length > 0 ? this.nearest(shape) : 0;
    if (this.seen % EVERY === 0) this.remember(shape);
    return error;
  }

  private present(): Float64Array {
    let mean = 0;
    for (const value of this.last) mean += value / LENGTH;
    return Float64Array.from(this.last, (_, at) => this.last[(this.seen + at) % LENGTH]! - mean);
  }

  private nearest(shape: Float64Array): number {
    let best = Infinity;
    for (const other of this.known) {
      let distance = 0;
      for (let at = 0; at < LENGTH && distance < best; at++) {
        const off = shape[at]! - other[at]!;
        distance += off < 0 ? -off : off;
      }
      if (distance < best) best = distance;
    }
    return best;
  }

  private remember(shape: Float64Array): void {
    this.waiting.push(shape);
    if (this.waiting.length <= DELAY) return;
    const next = this.waiting.shift()!;
    if (this.known.length < REMEMBERED) this.known.push(next);
    else this.known[this.oldest++ % REMEMBERED] = next;
  }
}
