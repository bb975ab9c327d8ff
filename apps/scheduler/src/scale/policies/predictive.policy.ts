import { Forecast } from '../model/forecast.js';
import type { Decision, PolicySettings, ScalePolicy, Signals } from '../model/policy.port.js';
import { Measured } from './measured.js';

/** Forecasts the rate of arrivals for the moment when a replica that is started now is ready. */
export class PredictivePolicy implements ScalePolicy {
  readonly periodSeconds = 5;
  private readonly measured: Measured;
  private readonly forecast: Forecast;

  constructor(private readonly settings: PolicySettings) {
    const { windowSeconds, startSeconds: aheadSeconds, seasonSeconds } = settings;
    this.measured = new Measured(windowSeconds, this.periodSeconds);
    this.forecast = new Forecast({ periodSeconds: this.periodSeconds, aheadSeconds, seasonSeconds });
  }

  decide(signals: Signals): Decision {
    this.measured.hear(signals);
    const { serviceSeconds } = this.measured;
    const expected = this.forecast.next(signals.at, this.measured.rate(signals.at));
    if (serviceSeconds === undefined) return { replicas: signals.current, why: 'no request has ended of late' };
    const above = this.settings.errors * this.forecast.error;
    return {
      replicas: Math.ceil(((expected + above) * serviceSeconds) / this.settings.batch),
      why:
        `${expected.toFixed(2)} + ${above.toFixed(2)}/s expected in ${this.forecast.aheadSeconds} s ` +
        `${this.forecast.knowsSeason ? 'by the season ' : ''}× ${serviceSeconds.toFixed(2)} s`,
    };
  }
}
