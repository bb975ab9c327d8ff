/** The last values of a stream in order of size: ranks and quantiles in O(log n), a new value in O(n) moves of memory. */
export class SortedWindow {
  private readonly sorted: Float64Array;
  private readonly arrived: Float64Array;
  private oldest = 0;
  private filled = 0;

  /** `capacity`: how many values are kept. */
  constructor(private readonly capacity: number) {
    this.sorted = new Float64Array(capacity);
    this.arrived = new Float64Array(capacity);
  }

  get size(): number {
    return this.filled;
  }

  /** NaN without values. */
  get largest(): number {
    return this.filled > 0 ? this.sorted[this.filled - 1]! : NaN;
  }

  /** The value below which a share (0 to 1) of the values lies; NaN without values. */
  quantile(share: number): number {
    return this.filled > 0 ? this.sorted[Math.min(this.filled - 1, Math.floor(share * this.filled))]! : NaN;
  }

  /** How many values are at least as large. */
  atLeast(value: number): number {
    return this.filled - this.placeOf(value);
  }

  push(value: number): void {
    if (this.filled === this.capacity) this.removeOldest();
    const place = this.placeOf(value);
    this.sorted.copyWithin(place + 1, place, this.filled);
    this.sorted[place] = value;
    this.filled++;
    this.arrived[this.oldest] = value;
    this.oldest = (this.oldest + 1) % this.capacity;
  }

  private removeOldest(): void {
    const place = this.placeOf(this.arrived[this.oldest]!);
    this.sorted.copyWithin(place, place + 1, this.filled);
    this.filled--;
  }

  /** The first place whose value is at least as large. */
  private placeOf(value: number): number {
    let [low, high] = [0, this.filled];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
