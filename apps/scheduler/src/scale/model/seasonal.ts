/** Places of a season are a quarter of an hour, if that gives neither too few nor too many of them. */
const [PLACE_SECONDS, LEAST_PLACES, MOST_PLACES] = [900, 24, 672];
/** Weights of the newest value in the level and in the season. */
const [LEVEL, SEASON] = [0.1, 0.3];

/**
 * What a load that repeats is expected to be: additive seasonal smoothing without a trend, known as ETS(A,N,A) (Winters 1960;
 * Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 8.3). With level l and season s, of m places:
 *
 *     ŷ(t+h) = l(t) + s(t+h−m),  l(t) = α(y(t) − s(t−m)) + (1−α)l(t−1),  s(t) = γ(y(t) − l(t−1)) + (1−γ)s(t−m)
 *
 * Values of any spacing are averaged over each place; between the middles of two places the season is a line. It needs one
 * whole season before it expects anything.
 */
export class Seasonal {
  private readonly places: number;
  private readonly placeSeconds: number;
  private readonly season: number[] = [];
  private level: number | undefined;
  private place = 0;
  private sum = 0;
  private count = 0;

  constructor(seasonSeconds: number) {
    this.places = Math.min(MOST_PLACES, Math.max(LEAST_PLACES, Math.round(seasonSeconds / PLACE_SECONDS)));
    this.placeSeconds = seasonSeconds / this.places;
  }

  /** @param at seconds, never less than before. */
  hear(at: number, value: number): void {
    const place = Math.floor(at / this.placeSeconds);
    // A place that nobody heard of is like the one before it.
    for (; this.place < place; this.place++) this.end();
    this.sum += value;
    this.count++;
  }

  /** Undefined during the first season. */
  expected(at: number): number | undefined {
    if (this.level === undefined) return undefined;
    const middle = at / this.placeSeconds - 0.5;
    const [before, share] = [Math.floor(middle), middle - Math.floor(middle)];
    return this.level + (1 - share) * this.of(before) + share * this.of(before + 1);
  }

  private end(): void {
    const value = this.count > 0 ? this.sum / this.count : (this.last ?? 0);
    this.last = value;
    [this.sum, this.count] = [0, 0];
    const at = this.place % this.places;
    if (this.level === undefined) {
      this.season[at] = value;
      if (this.season.length === this.places) this.begin();
      return;
    }
    const before = this.level;
    this.level = LEVEL * (value - this.season[at]!) + (1 - LEVEL) * before;
    this.season[at] = SEASON * (value - before) + (1 - SEASON) * this.season[at]!;
  }

  private last: number | undefined;

  private begin(): void {
    const mean = this.season.reduce((sum, each) => sum + each, 0) / this.places;
    this.season.forEach((value, at) => (this.season[at] = value - mean));
    this.level = mean;
  }

  private of(place: number): number {
    return this.season[((place % this.places) + this.places) % this.places]!;
  }
}
