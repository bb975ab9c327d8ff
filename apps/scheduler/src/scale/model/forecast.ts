import { Seasonal } from './seasonal.js';

/** Weights of the newest value in the level, the trend and the error; how much of a trend lasts a period. */
const [LEVEL, TREND, ERROR, DAMPING] = [0.3, 0.1, 0.01, 0.9];
/** What is off by now: the weight of the newest value, and the time after which 1/e of it is left. */
const [SURPRISE, FADING_SECONDS] = [0.1, 1_800];

export interface ForecastSettings {
  readonly periodSeconds: number;
  /** How far ahead. */
  readonly aheadSeconds: number;
  /** The load repeats after this time; 0: it does not. */
  readonly seasonSeconds: number;
}

/**
 * Forecasts a figure that is measured once in a period, with the error of its own forecasts.
 *
 * Without a season, and during the first one: damped exponential smoothing with a trend (Gardner & McKenzie 1985). Then what
 * {@link Seasonal} expects, and the part that lasts of what it is off by now (an error that fades, as in Taylor 2003).
 */
export class Forecast {
  readonly aheadSeconds: number;
  private readonly ahead: number;
  private readonly seasonal: Seasonal | undefined;
  private level: number | undefined;
  private trend = 0;
  private surprise = 0;
  private variance = 0;
  /** Not due yet, the oldest first. */
  private readonly made: number[] = [];

  constructor({ periodSeconds, aheadSeconds, seasonSeconds }: ForecastSettings) {
    this.ahead = Math.ceil(aheadSeconds / periodSeconds) + 1;
    this.aheadSeconds = this.ahead * periodSeconds;
    this.seasonal = seasonSeconds > 0 ? new Seasonal(seasonSeconds) : undefined;
  }

  /** Whether a whole season has been seen. */
  get knowsSeason(): boolean {
    return this.seasonal?.expected(0) !== undefined;
  }

  /** The root of the mean square by which forecasts that came due were off. */
  get error(): number {
    return Math.sqrt(this.variance);
  }

  /** @returns what is expected in `aheadSeconds`. */
  next(at: number, value: number): number {
    if (this.made.length === this.ahead) this.variance += ERROR * ((value - this.made.shift()!) ** 2 - this.variance);
    const trending = this.trending(value);
    const forecast = Math.max(0, this.seasonalAt(at, value) ?? trending);
    this.made.push(forecast);
    return forecast;
  }

  private trending(value: number): number {
    const before = this.level ?? value;
    this.level = LEVEL * value + (1 - LEVEL) * (before + DAMPING * this.trend);
    this.trend = TREND * (this.level - before) + (1 - TREND) * DAMPING * this.trend;
    return this.level + ((DAMPING * (1 - DAMPING ** this.ahead)) / (1 - DAMPING)) * this.trend;
  }

  private seasonalAt(at: number, value: number): number | undefined {
    this.seasonal?.hear(at, value);
    const now = this.seasonal?.expected(at);
    if (now === undefined) return undefined;
    this.surprise += SURPRISE * (value - now - this.surprise);
    return (
      this.seasonal!.expected(at + this.aheadSeconds)! + Math.exp(-this.aheadSeconds / FADING_SECONDS) * this.surprise
    );
  }
}
