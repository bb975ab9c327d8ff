import type { LetterGuard } from '@llmos/bus';
import { redactText } from '@llmos/privacy';
import type { AtRest } from './at-rest.js';

const PURPOSE = 'dead-letter';

/**
 * Seals dead letters with their tenant's key. While the keys cannot be used a letter is kept in the clear and says so:
 * losing it would be worse, and shredding removes letters themselves, sealed or not. What belongs to keys that were
 * destroyed is not kept.
 *
 * @param onProblem told why a letter was not sealed.
 */
export function deadLetterGuard(atRest: AtRest, onProblem: (error: unknown) => void): LetterGuard {
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
