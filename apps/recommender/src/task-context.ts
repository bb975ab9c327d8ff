import { isRunId, runBeganAtMs } from '@llmos/contracts';

/** The task that a call belongs to. */
export interface TaskContext {
  readonly tenant: string;
  readonly run: string;
  /** Aborted when the run is cancelled or its deadline has passed. */
  readonly signal: AbortSignal;
}

/** The task of a long call, with progress. */
export interface LongTaskContext extends TaskContext {
  emit(progress: unknown): void;
}

/**
 * When a run began, in Unix milliseconds, from its id (UUIDv7). It is the same at each delivery of a task: an
 * interaction that is stored "now" is stored once.
 */
export function beganAtMs(run: string): number {
  return isRunId(run) ? runBeganAtMs(run) : Date.now();
}
