import { isRunId, runBeganAtMs } from '@llmos/contracts';

/** Who asks, for which run, and until when somebody waits. */
export interface Caller {
  readonly tenant: string;
  readonly run: string;
  readonly signal: AbortSignal;
}

/** A caller whose task takes long and who is told how far it is. */
export interface PatientCaller extends Caller {
  emit(delta: unknown): void;
}

/**
 * When a run began, in Unix milliseconds: its id says so (UUIDv7). The same at each delivery of its task, so what is
 * stored "now" is stored once.
 */
export function beganAtMs(run: string): number {
  return isRunId(run) ? runBeganAtMs(run) : Date.now();
}
