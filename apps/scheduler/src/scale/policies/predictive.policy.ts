import type { Decision, PolicySettings, ScalePolicy, Signals } from '../model/policy.port.js';
import { Measured } from './measured.js';

/** Weights of the newest value in the level, the trend and the error; how much of a trend lasts a period. */
const [LEVEL, TREND, ERROR, DAMPING] = [0.3, 0.1, 0.05, 0.9];

/**
 * Forecasts the rate of arrivals for the moment when a replica that is started now is ready: damped exponential smoothing with a
 * trend (Gardner & McKenzie 1985). The interval comes from the forecasts that have come due: their mean squared error.
 */
export class PredictivePolicy implements ScalePolicy {
  readonly periodSeconds = 5;
  private readonly measured: Measured;
  private level: number | undefined;
  private trend = 0;
  private variance = 0;
  /** Not due yet, the oldest first. */
  private readonly forecasts: number[] = [];
  private readonly ahead: number;

  constructor(private readonly settings: PolicySettings) {
    this.measured = new Measured(settings.windowSeconds, this.periodSeconds);
    this.ahead = Math.ceil(settings.startSeconds / this.periodSeconds) + 1;
  }

  decide(signals: Signals): Decision {
    this.measured.hear(signals);
    const { serviceSeconds } = this.measured;
    const forecast = this.forecast(this.measured.rate(signals.at));
    if (serviceSeconds === undefined) return { replicas: signals.current, why: 'no request has ended of late' };
    const error = this.settings.errors * Math.sqrt(this.variance);
    const most = forecast + error;
    return {
      replicas: Math.ceil(most * serviceSeconds),
      why:
        `${forecast.toFixed(2)} + ${error.toFixed(2)}/s expected in ${this.ahead * this.periodSeconds} s ` +
        `× ${serviceSeconds.toFixed(2)} s`,
    };
  }

  private forecast(rate: number): number {
    if (this.forecasts.length === this.ahead) {
      const off = rate - this.forecasts.shift()!;
      this.variance += ERROR * (off ** 2 - this.variance);
    }
    const before = this.level ?? rate;
    this.level = LEVEL * rate + (1 - LEVEL) * (before + DAMPING * this.trend);
    this.trend = TREND * (this.level - before) + (1 - TREND) * DAMPING * this.trend;
    const steps = (DAMPING * (1 - DAMPING ** this.ahead)) / (1 - DAMPING);
    const forecast = Math.max(0, this.level + steps * this.trend);
    this.forecasts.push(forecast);
    return forecast;
  }
}
