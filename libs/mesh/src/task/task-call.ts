import type { Bus, Decoded, Delivery } from '@llmos/bus';
import type { Capability, LlmosError, Step, Task } from '@llmos/contracts';
import type { RunningMean } from '@llmos/resilience';
import type { Logger } from '@llmos/telemetry';
import type { Cancellations } from '../cancellations.js';
import type { Forwarder } from '../forward.js';
import type { Pace } from '../pace.js';
import type { RunRecords } from '../run-records.js';

/** One delivery of one task. */
export interface TaskCall extends Omit<Decoded, 'body'> {
  readonly delivery: Delivery;
  readonly task: Task;
  readonly step: Step;
  /** How long the task waited in its stream, in milliseconds. */
  readonly queueMs: number;
}

/** What becomes of a delivery. */
export type Settlement =
  | { readonly type: 'ack' }
  /** Delivered again after a pause. */
  | { readonly type: 'retry'; readonly afterMs: number }
  /** Removed. The caller has received the error. */
  | { readonly type: 'refuse'; readonly error: LlmosError }
  /** Removed and kept as the dead letter `id`. */
  | { readonly type: 'deadLetter'; readonly error: LlmosError; readonly id: string };

export const ACK: Settlement = { type: 'ack' };

/** Handles a task as a whole. */
export type TaskHandler = (call: TaskCall) => Promise<Settlement>;

/** Executes the step of a task. */
export type StepHandler = (call: TaskCall, input: unknown, signal: AbortSignal) => Promise<StepResult>;

export interface StepResult {
  readonly output: unknown;
  /** The time in the handler of the service alone. */
  readonly handlerMs: number;
}

/** What the interceptors of a capability use. */
export interface ChainTools {
  readonly bus: Bus;
  readonly forwarder: Forwarder;
  readonly cancellations: Cancellations;
  readonly records: RunRecords;
  readonly log: Logger;
  readonly capability: Capability;
  /** How long the handler has taken lately. */
  readonly handlerMs?: RunningMean;
  /** When durable tasks start. Without it they start at once. */
  readonly pace?: Pace;
}

/** Wraps a handler. */
export type Interceptor<H> = (next: H, tools: ChainTools) => H;
