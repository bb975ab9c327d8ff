import type { DeadLetterGuard } from '@llmos/bus';
import { redactText } from '@llmos/privacy';
import type { AtRest } from './at-rest.js';

const PURPOSE = 'dead-letter';

/**
 * Seals dead letters with the key of their tenant. While the keys are unavailable a dead letter is stored in the
 * clear and marked so: losing it would be worse, and shredding removes dead letters whether sealed or not. A message
 * that belongs to destroyed keys is not kept.
 *
 * @param onProblem receives the reason why a dead letter was not sealed.
 */
export function deadLetterGuard(atRest: AtRest, onProblem: (error: unknown) => void): DeadLetterGuard {
  return {
    async seal({ tenant, id, beganAtMs }, original) {
      if (atRest.shreddedSince(tenant, beganAtMs)) return 'destroyed';
      if (!atRest.encrypts) return 'plain';
      try {
        return await atRest.seal(tenant, PURPOSE, id, original);
      } catch (error) {
        onProblem(error);
        return 'plain';
      }
    },
    open: (tenant, id, sealed) => atRest.open(tenant, PURPOSE, id, sealed),
    redact: (text) => redactText(text),
  };
}
