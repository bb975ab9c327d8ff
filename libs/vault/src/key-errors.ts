import { LlmosError } from '@llmos/contracts';

/** For data that a destroyed key has sealed. A retry does not help. */
export function destroyed(version: number): LlmosError {
  const message = `Key ${version} of the tenant has been destroyed: the data that it sealed can never be read again.`;
  return new LlmosError('NOT_FOUND', message, { field: 'sealed' });
}

/** For callers, if the master key is missing or a different one. The cause is only logged. */
export function cannotUseKeys(cause: unknown): LlmosError {
  const message = 'The keys are unavailable at the moment. The log has the reason for an operator.';
  return new LlmosError('UNAVAILABLE', message, { cause });
}

/** For operators, if processes have different master keys. */
export function wrongMaster(stored: string, mine: string): Error {
  return new Error(
    `the data key was wrapped by the master key ${stored}, and this process has ${mine}: ` +
      'give every process the same LLMOS_MASTER_KEY_FILE',
  );
}
