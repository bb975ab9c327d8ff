import { ClientError } from '@llmos/client';
import { HintedError, isLlmosError } from '@llmos/contracts';

/** A failure of a command that the user can act on. */
export class CliError extends HintedError {}

const CHECK_STATUS = 'run `npx llmos status` to see what is missing';
const HINTS: Readonly<Record<string, string>> = {
  MODEL_LOADING: CHECK_STATUS,
  UNAVAILABLE: CHECK_STATUS,
  CONNECTION_LOST: 'run `npx llmos status`, then try again',
  UNREACHABLE: 'run `npm start`, or `npx llmos up`',
  UNAUTHORIZED: 'set LLMOS_API_KEY to a key that is in the LLMOS_API_KEYS of the gateway',
  FORBIDDEN: 'set LLMOS_API_KEY to a key with the role that is needed',
};

/** Whether an error is a failure to report in one line; every other error is a bug, and its stack is needed. */
export function isExpected(error: unknown): error is Error {
  // A system error names the file or port it is about.
  const isSystemError = error instanceof Error && 'code' in error && 'syscall' in error;
  return error instanceof HintedError || error instanceof ClientError || isLlmosError(error) || isSystemError;
}

/** The message of a failure, followed by the action that helps where one is known. */
export function explain(error: Error): string {
  const hint = error instanceof HintedError ? error.hint : error instanceof ClientError ? HINTS[error.code] : undefined;
  return hint ? `${error.message} → ${hint}` : error.message;
}
