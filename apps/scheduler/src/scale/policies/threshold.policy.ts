import type { Decision, PolicySettings, ScalePolicy, Signals } from '../model/policy.port.js';
import { Recent } from '../model/recent.js';

/** The defaults of Kubernetes' HorizontalPodAutoscaler. */
const [PERIOD_SECONDS, TOLERANCE, DOWN_STABILISATION_SECONDS] = [15, 0.1, 300];

/**
 * As Kubernetes' HorizontalPodAutoscaler does it: desired = ceil(current × metric / target), where the metric is the share of
 * busy replicas and one that is starting counts as idle; nothing within the tolerance; down only to the highest
 * recommendation of five minutes.
 */
export class ThresholdPolicy implements ScalePolicy {
  readonly periodSeconds = PERIOD_SECONDS;
  private readonly recommended = new Recent(DOWN_STABILISATION_SECONDS);

  constructor(private readonly settings: PolicySettings) {}

  decide({ at, current, busy }: Signals): Decision {
    const { target, batch } = this.settings;
    const share = current > 0 ? busy / batch / current : 1;
    const within = Math.abs(share / target - 1) <= TOLERANCE;
    const desired = within ? current : Math.ceil((Math.max(1, current) * share) / target);
    if (this.recommended.isEmpty) this.recommended.add(at, current);
    this.recommended.add(at, desired);
    const replicas = desired < current ? Math.min(current, this.recommended.largest) : desired;
    const held = replicas > desired ? `, held at the highest of ${DOWN_STABILISATION_SECONDS} s` : '';
    return {
      replicas,
      why: `${percent(share)} busy, ${percent(target)} wanted: ${desired}${within ? ', within the tolerance' : held}`,
    };
  }
}

const percent = (share: number) => `${Math.round(100 * share)} %`;
