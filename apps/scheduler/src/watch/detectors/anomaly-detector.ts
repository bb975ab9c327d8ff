import type { Baseline } from './baseline.port.js';
import { DriftBaseline } from './drift.baseline.js';
import { LevelBaseline } from './level.baseline.js';
import { LoudestOnly } from './loudest-only.js';
import { Rarity } from './rarity.js';
import { SeasonalBaseline } from './seasonal.baseline.js';
import { ShapeBaseline } from './shape.baseline.js';
import { SortedWindow } from './sorted-window.js';

export type View = 'level' | 'season' | 'drift' | 'shape';

/** What one value looked like. */
export interface Observation {
  /** 0 to 1; 0 also while a louder one stands. From `ALERT_SCORE` on it is worth an alert. */
  readonly score: number;
  /** How rare the value is in each view, in decades: 3 is once in a thousand values. */
  readonly decades: Readonly<Record<View, number>>;
}

/** Mere noise does not reach it: no alert in 80,000 values. */
export const ALERT_SCORE = 0.55;
/**
 * Best where a missed anomaly costs as much as nine false alerts: chosen on half of the series of the Numenta Anomaly
 * Benchmark (docs/operations-research.md). Noise reaches it once in a thousand values.
 */
export const SENSITIVE_SCORE = 0.4732;

const REMEMBERED = 5_000;
/** What the rarest values of this figure add up to: a figure that is often odd has to be odder. */
const USUALLY_RARE = 0.99;
const CALM_DECADES = 3;
/** Values for which only something louder is a new anomaly. */
const HOLD = 150;
const LEAST = 20;

/**
 * Finds anomalies in one figure, value by value, without being told what is normal. Four baselines look at it: its level,
 * the hour of the day, its drift, and the shape of its course. Each error becomes a rarity, the rarities are added up (as in
 * Fisher's method for independent tests) and compared with the sums that this figure usually has. Memory and time for a
 * value are constant.
 */
export class AnomalyDetector {
  private readonly views: Readonly<Record<View, { readonly baseline: Baseline; readonly rarity: Rarity }>> = {
    level: { baseline: new LevelBaseline(), rarity: new Rarity() },
    season: { baseline: new SeasonalBaseline(), rarity: new Rarity() },
    drift: { baseline: new DriftBaseline(), rarity: new Rarity() },
    shape: { baseline: new ShapeBaseline(), rarity: new Rarity() },
  };
  private readonly sums = new SortedWindow(REMEMBERED);
  private readonly loudest = new LoudestOnly(HOLD);

  /** @param seconds when the value was read, since 1970; not before the last one. A value that is no number is passed over. */
  next(value: number, seconds: number): Observation {
    if (!Number.isFinite(value)) return { score: 0, decades: { level: 0, season: 0, drift: 0, shape: 0 } };
    const decadesOf = (view: View) => {
      const { baseline, rarity } = this.views[view];
      return rarity.next(baseline.next(value, seconds));
    };
    const decades = {
      ...{ level: decadesOf('level'), season: decadesOf('season') },
      ...{ drift: decadesOf('drift'), shape: decadesOf('shape') },
    };
    const loudness = this.loudness(decades.level + decades.season + decades.drift + decades.shape);
    const standing = this.loudest.next(loudness);
    return { score: standing / (1 + standing), decades };
  }

  private loudness(sum: number): number {
    const usual = this.sums.size > LEAST ? this.sums.quantile(USUALLY_RARE) : Infinity;
    this.sums.push(sum);
    return sum / (CALM_DECADES + usual);
  }
}
