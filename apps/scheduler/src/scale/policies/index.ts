import type { PolicySettings, ScalePolicy } from '../model/policy.port.js';
import { HybridPolicy } from './hybrid.policy.js';
import { PredictivePolicy } from './predictive.policy.js';
import { QueuePolicy } from './queue.policy.js';
import { ThresholdPolicy } from './threshold.policy.js';

/** A new policy by its name. */
export const POLICIES = {
  threshold: (settings: PolicySettings): ScalePolicy => new ThresholdPolicy(settings),
  queue: (settings: PolicySettings): ScalePolicy => new QueuePolicy(settings),
  predictive: (settings: PolicySettings): ScalePolicy => new PredictivePolicy(settings),
  hybrid: (settings: PolicySettings): ScalePolicy => new HybridPolicy(settings),
};
export type PolicyName = keyof typeof POLICIES;
