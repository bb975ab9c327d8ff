import { Forecast } from '../model/forecast.js';
import type { Decision, PolicySettings, ScalePolicy, Signals } from '../model/policy.port.js';
import { Recent } from '../model/recent.js';
import { Measured } from './measured.js';

/** The reserve, in standard deviations, stays within these. */
const MOST_RESERVE = 6;
/** Arrivals are counted over this time when requests are late. */
const SURGE_SECONDS = 20;

/**
 * The load (requests at once) of the recent past, or what the season expects if that is more, and a reserve of
 * some standard deviations. The reserve learns: it grows with each period in which more requests were late than may be,
 * and shrinks slowly otherwise (the update of adaptive conformal inference, Gibbs & Candès 2021). When requests are late,
 * what arrives and what waits counts at once. Down only to the most that was needed of late.
 */
export class HybridPolicy implements ScalePolicy {
  readonly periodSeconds = 5;
  private readonly measured = new Measured(SURGE_SECONDS, this.periodSeconds);
  private readonly load: Recent;
  private readonly needed: Recent;
  private readonly forecast: Forecast;
  private reserve: number;

  constructor(private readonly settings: PolicySettings) {
    const { windowSeconds, holdSeconds, startSeconds: aheadSeconds, seasonSeconds, errors } = settings;
    this.load = new Recent(windowSeconds);
    this.needed = new Recent(holdSeconds);
    this.forecast = new Forecast({ periodSeconds: this.periodSeconds, aheadSeconds, seasonSeconds });
    this.reserve = errors;
  }

  decide(signals: Signals): Decision {
    const { at, current } = signals;
    this.measured.hear(signals);
    this.load.add(at, this.loadOf(signals));
    this.learn(signals);
    const needs = this.needs(signals);
    // What was there before counts as needed.
    if (this.needed.isEmpty) this.needed.add(at, current);
    this.needed.add(at, needs.replicas);
    const replicas = Math.max(needs.replicas, Math.min(current, this.needed.largest));
    const held = replicas > needs.replicas ? `, held at the most of ${this.settings.holdSeconds} s` : '';
    return { ...needs, replicas, why: `${needs.why}${held}` };
  }

  /** With the most replicas there are, late requests do not say that the reserve is too small. */
  private learn({ began, late, current }: Signals): void {
    const { gain, limit, most } = this.settings;
    const excess = began > 0 ? late / began - limit : 0;
    this.reserve += gain * (current < most ? excess : Math.min(0, excess));
    this.reserve = Math.min(MOST_RESERVE, Math.max(0, this.reserve));
  }

  /**
   * What is in work, and of what waits as much as brings it to what arrives (arrivals × work, Little's law): a queue that has
   * piled up is not load, and with enough replicas it would not be there.
   */
  private loadOf({ at, busy, queued }: Signals): number {
    const { serviceSeconds = 0 } = this.measured;
    return busy + Math.min(queued, Math.max(0, this.measured.rate(at) * serviceSeconds - busy));
  }

  private needs({ at, queued, late }: Signals): Decision {
    const { batch, spares } = this.settings;
    const { mean, deviation } = this.load;
    const expected = this.forecast.next(at, this.load.latest);
    const { knowsSeason, error } = this.forecast;
    const base = knowsSeason ? expected : mean;
    const spread = knowsSeason ? error : deviation;
    // Arrivals by chance alone deviate by the root of the mean; a short past may show less.
    const above = this.reserve * Math.max(spread, Math.sqrt(base));
    const surge = late > 0 ? this.surge(at, queued) : 0;
    const spare = spares > 0 ? `, ${spares} to spare` : '';
    const load = `${base.toFixed(1)} requests ${knowsSeason ? 'expected by the season' : 'at once of late'}`;
    return surge > base + above
      ? { replicas: Math.ceil(surge / batch) + spares, why: `${late} were late: ${surge.toFixed(1)} at once${spare}` }
      : {
          replicas: Math.ceil((base + above) / batch) + spares,
          why: `${load} + ${above.toFixed(1)} in reserve${spare}`,
          otherwise: `one more above ${(Math.ceil((base + above) / batch) * batch - above).toFixed(1)} requests at once`,
        };
  }

  /** What arrives now, and what waits until a replica that is started now is ready. */
  private surge(at: number, queued: number): number {
    const { serviceSeconds = 0 } = this.measured;
    const catchUpSeconds = this.settings.startSeconds + this.periodSeconds;
    return (this.measured.rate(at) + queued / catchUpSeconds) * serviceSeconds;
  }
}
