import { HintedError } from '@llmos/contracts';

/** A backup or a restore that cannot be done, or was stopped. */
export class BackupError extends HintedError {}

export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
