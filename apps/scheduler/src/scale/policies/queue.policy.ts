import { fewestServers, lateChance } from '../model/erlang.js';
import type { Decision, PolicySettings, ScalePolicy, Signals } from '../model/policy.port.js';
import { Measured } from './measured.js';

/**
 * As a queue with measured rates: the fewest replicas with which, by Erlang's C formula (M/M/c), few enough requests wait
 * longer than the objective. What already waits counts as arrivals that have to be caught up with while a replica starts.
 */
export class QueuePolicy implements ScalePolicy {
  readonly periodSeconds = 5;
  private readonly measured: Measured;

  constructor(private readonly settings: PolicySettings) {
    this.measured = new Measured(settings.windowSeconds, this.periodSeconds);
  }

  decide(signals: Signals): Decision {
    const { objectiveSeconds, startSeconds, limit, batch } = this.settings;
    this.measured.hear(signals);
    const { serviceSeconds } = this.measured;
    if (serviceSeconds === undefined) return { replicas: signals.current, why: 'no request has ended of late' };
    const rate = this.measured.rate(signals.at) + signals.queued / (startSeconds + this.periodSeconds);
    const waiting = { rate, serviceSeconds };
    const replicas = rate > 0 ? Math.ceil(fewestServers(waiting, objectiveSeconds, limit) / batch) : 0;
    const late = (100 * lateChance(replicas * batch, waiting, objectiveSeconds)).toFixed(2);
    return {
      replicas,
      why: `${rate.toFixed(2)}/s × ${serviceSeconds.toFixed(2)} s: with ${replicas}, ${late} % wait over ${objectiveSeconds} s`,
    };
  }
}
