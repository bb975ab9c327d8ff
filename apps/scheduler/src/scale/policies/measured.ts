import { Recent } from '../model/recent.js';
import type { Signals } from '../model/policy.port.js';

/** The work of one request is measured over this time: it changes less than the rate. */
const SERVICE_WINDOW_SECONDS = 300;

/** Rates as they can be measured while a service runs. */
export class Measured {
  private readonly arrivals: Recent;
  private readonly ended = new Recent(SERVICE_WINDOW_SECONDS);
  private readonly busySeconds = new Recent(SERVICE_WINDOW_SECONDS);

  constructor(
    private readonly windowSeconds: number,
    private readonly periodSeconds: number,
  ) {
    this.arrivals = new Recent(windowSeconds);
  }

  hear({ at, arrived, ended, busy }: Signals): void {
    this.arrivals.add(at, arrived);
    this.ended.add(at, ended);
    this.busySeconds.add(at, busy * this.periodSeconds);
  }

  /** Arrivals per second. */
  rate(at: number): number {
    return this.arrivals.sum / Math.max(this.periodSeconds, Math.min(this.windowSeconds, at));
  }

  /**
   * Mean seconds of work of a request: the busy time of all replicas by the requests that ended in it. The mean of those that
   * ended would be too small at first, because short ones end first. Undefined until one has ended.
   */
  get serviceSeconds(): number | undefined {
    const ended = this.ended.sum;
    return ended > 0 ? this.busySeconds.sum / ended : undefined;
  }
}
