import type { Decision, PolicySettings, ScalePolicy, Signals } from '../model/policy.port.js';
import { Recent } from '../model/recent.js';
import { PredictivePolicy } from './predictive.policy.js';
import { QueuePolicy } from './queue.policy.js';

/** The larger of `queue` and `predictive`, and spares. Up at once; down only to the most that was needed of late. */
export class HybridPolicy implements ScalePolicy {
  readonly periodSeconds = 5;
  private readonly queue: QueuePolicy;
  private readonly predictive: PredictivePolicy;
  private readonly needed: Recent;

  constructor(private readonly settings: PolicySettings) {
    this.queue = new QueuePolicy(settings);
    this.predictive = new PredictivePolicy(settings);
    this.needed = new Recent(settings.holdSeconds);
  }

  decide(signals: Signals): Decision {
    const { spares, holdSeconds } = this.settings;
    const [queue, predictive] = [this.queue.decide(signals), this.predictive.decide(signals)];
    const larger = predictive.replicas > queue.replicas ? predictive : queue;
    const needs = larger.replicas + spares;
    // What was there before counts as needed.
    if (this.needed.isEmpty) this.needed.add(signals.at, signals.current);
    this.needed.add(signals.at, needs);
    const replicas = Math.max(needs, Math.min(signals.current, this.needed.largest));
    const spare = spares > 0 ? `, ${spares} to spare` : '';
    const held = replicas > needs ? `, held at the most of ${holdSeconds} s` : '';
    return { replicas, why: `${larger === queue ? 'queue' : 'predictive'}: ${larger.why}${spare}${held}` };
  }
}
