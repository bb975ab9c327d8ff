import { LlmosError } from '@llmos/contracts';
import { PendingCall } from './pending-call.js';
import { WorkerSlot } from './worker-slot.js';

export interface WorkerPoolOptions {
  /** The built worker module; it calls `serveWorker`. */
  readonly module: URL;
  /** Given to every worker once; must survive structured clone. */
  readonly init?: unknown;
  /** Threads, each with its own model. Default 1. */
  readonly size?: number;
  /** What messages call the pool, such as `moonshine`. */
  readonly name: string;
  /** Calls that may wait while every worker is busy. Default 256. */
  readonly maxQueue?: number;
  /** Told each time a worker dies or fails to come back; the pool restarts it by itself. */
  readonly onDown?: (error: LlmosError) => void;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Buffers to hand over instead of copying; the caller's views of them become empty. */
  readonly transfer?: readonly ArrayBuffer[];
}

const DEFAULT_MAX_QUEUE = 256;

/**
 * Keeps inference off the event loop: an engine's `run()` blocks its thread for its whole length, so each model
 * lives in a worker thread and the service only waits.
 *
 * Each worker does one call at a time; further calls queue in order. A worker that dies rejects its call with
 * `UNAVAILABLE` and comes back with back-off (100 ms, doubling to 30 s). Workers run until `close()`.
 */
export class WorkerPool {
  private readonly queue: PendingCall[] = [];
  private readonly slots: readonly WorkerSlot[];
  private closing?: Promise<void>;

  /** Resolves once every worker has loaded; rejects with what a worker's `create` threw. */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      await Promise.all(pool.slots.map((slot) => slot.start()));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  private constructor(private readonly options: WorkerPoolOptions) {
    this.slots = Array.from(
      { length: options.size ?? 1 },
      () =>
        new WorkerSlot({
          module: options.module,
          init: options.init,
          name: options.name,
          onIdle: () => this.dispatch(),
          onDown: (error) => this.afterDown(error),
        }),
    );
  }

  /** Calls waiting for a worker. */
  get depth(): number {
    return this.queue.length;
  }

  /** Calls being worked on. */
  get busy(): number {
    return this.slots.filter((slot) => slot.state === 'busy').length;
  }

  /**
   * Runs a method in the next free worker.
   *
   * An abort rejects at once with the signal's reason: a queued call never starts, a running one finishes and its
   * result is dropped. Rejects with what the method threw, `OVERLOADED` when the queue is full, `UNAVAILABLE` when
   * the worker died or the pool is closed.
   */
  async call<Output>(method: string, input: unknown, options: CallOptions = {}): Promise<Output> {
    options.signal?.throwIfAborted();
    this.admit();
    const call = new PendingCall(method, input, options.transfer ?? [], options.signal, (aborted) =>
      this.forget(aborted),
    );
    this.queue.push(call);
    this.dispatch();
    return (await call.outcome) as Output;
  }

  /** Takes no more calls, rejects queued ones, lets running ones finish, then asks each worker to leave. */
  close(): Promise<void> {
    this.closing ??= Promise.all(this.slots.map((slot) => slot.close())).then(() => undefined);
    this.rejectQueued(this.closedError());
    return this.closing;
  }

  private admit(): void {
    const maxQueue = this.options.maxQueue ?? DEFAULT_MAX_QUEUE;
    if (this.closing) throw this.closedError();
    if (this.queue.length < maxQueue || this.slots.some((slot) => slot.state === 'idle')) return;
    throw new LlmosError(
      'OVERLOADED',
      `The ${this.options.name} workers are busy and ${maxQueue} calls wait already. Try again later.`,
    );
  }

  private dispatch(): void {
    for (const slot of this.slots) {
      // A call that cannot be cloned leaves the slot idle: offer it the next one.
      while (slot.state === 'idle') {
        const call = this.queue.shift();
        if (!call) return;
        slot.run(call);
      }
    }
  }

  private forget(call: PendingCall): void {
    const at = this.queue.indexOf(call);
    if (at >= 0) this.queue.splice(at, 1);
  }

  /** With every worker gone, waiting helps nobody: callers hear it now and may retry elsewhere. */
  private afterDown(error: LlmosError): void {
    this.options.onDown?.(error);
    if (this.slots.every((slot) => slot.state === 'down')) this.rejectQueued(error);
  }

  private rejectQueued(error: LlmosError): void {
    for (const call of this.queue.splice(0)) call.reject(error);
  }

  private closedError(): LlmosError {
    return new LlmosError('UNAVAILABLE', `The ${this.options.name} workers are shutting down.`);
  }
}
