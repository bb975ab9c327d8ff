import { LlmosError } from '@llmos/contracts';

/** Said of what a destroyed key has sealed: it is gone, and trying again is no use. */
export function destroyed(version: number): LlmosError {
  const message = `Key ${version} of the tenant has been destroyed: what it sealed can never be read again.`;
  return new LlmosError('NOT_FOUND', message, { field: 'sealed' });
}

/** Said to callers when the master key is missing or another one; the cause stays in the log. */
export function cannotUseKeys(cause: unknown): LlmosError {
  const message = 'The keys cannot be used at the moment. An operator finds why in the log.';
  return new LlmosError('UNAVAILABLE', message, { cause });
}

/** Said to operators whose processes have different master keys. */
export function wrongMaster(stored: string, mine: string): Error {
  return new Error(
    `the data key was wrapped by the master key ${stored}, and this process has ${mine}: give every process the same LLMOS_MASTER_KEY_FILE`,
  );
}
