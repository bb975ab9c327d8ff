import { isLlmosError } from '@llmos/contracts';

/** For writes that somebody else may as well do first: a CONFLICT means that it has been done. */
export function ignoreConflict(error: unknown): undefined {
  if (isLlmosError(error) && error.code === 'CONFLICT') return undefined;
  throw error;
}
