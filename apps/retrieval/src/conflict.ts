import { hasCode } from '@llmos/contracts';

/** For writes that another replica may do as well: a CONFLICT means that it was first. */
export function ignoreConflict(error: unknown): undefined {
  if (hasCode(error, 'CONFLICT')) return undefined;
  throw error;
}
