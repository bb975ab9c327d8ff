import { LlmosError } from '@llmos/contracts';
import { DeviceSlots, type CallRunner } from './device-slots.js';
import { PendingCall } from './pending-call.js';
import { WorkerSlot } from './worker-slot.js';

export interface WorkerPoolOptions {
  /** The built worker module; it calls `serveWorker`. */
  readonly module: URL;
  /** Given to every worker once; must survive structured clone. */
  readonly init?: unknown;
  /** Threads, each with its own model. Default 1. */
  readonly size?: number;
  /**
   * The slots of the device the workers compute on, shared with its other pools. Default: one for each worker, for
   * work that is no inference.
   */
  readonly slots?: DeviceSlots;
  /** The name in messages, such as `moonshine`. */
  readonly name: string;
  /** Calls that may wait while every worker is busy. Default 256. */
  readonly maxQueue?: number;
  /** Called each time a worker dies or fails to restart; the pool restarts it. */
  readonly onDown?: (error: LlmosError) => void;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Buffers to transfer instead of copying; the caller's views of them become empty. */
  readonly transfer?: readonly ArrayBuffer[];
}

const DEFAULT_MAX_QUEUE = 256;

/**
 * Keeps inference off the event loop: an engine's `run()` blocks its thread for its whole length, so each model
 * lives in a worker thread and the service only waits.
 *
 * Each worker does one call at a time. Further calls wait for their turn (see {@link DeviceSlots}). A
 * worker that dies rejects its call with `UNAVAILABLE` and restarts with back-off (100 ms, doubling to 30 s).
 */
export class WorkerPool implements CallRunner {
  private readonly workers: readonly WorkerSlot[];
  private readonly slots: DeviceSlots;
  private closing?: Promise<void>;

  /** Resolves when every worker has loaded; rejects with what a worker's `create` threw. */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      await Promise.all(pool.workers.map((worker) => worker.start()));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  private constructor(private readonly options: WorkerPoolOptions) {
    const { module, init, name, size = 1 } = options;
    this.slots = options.slots ?? new DeviceSlots(size);
    this.workers = Array.from(
      { length: size },
      () =>
        new WorkerSlot({
          ...{ module, init, name },
          onIdle: () => this.slots.dispatch(),
          onRelease: (call) => this.slots.release(call),
          onDown: (error) => this.afterDown(error),
        }),
    );
  }

  /** Calls waiting for a worker. */
  get depth(): number {
    return this.slots.depthOf(this);
  }

  /** Calls in progress. */
  get busy(): number {
    return this.workers.filter((worker) => worker.state === 'busy').length;
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
      this.slots.withdraw((each) => each.call === aborted),
    );
    this.slots.enqueue({ pool: this, call });
    return (await call.outcome) as Output;
  }

  /** Takes no more calls, rejects queued ones, lets running ones finish, then asks each worker to leave. */
  close(): Promise<void> {
    this.closing ??= Promise.all(this.workers.map((worker) => worker.close())).then(() => undefined);
    this.rejectQueued(this.closedError());
    return this.closing;
  }

  get idle(): boolean {
    return this.workers.some((worker) => worker.state === 'idle');
  }

  run(call: PendingCall): boolean {
    return this.workers.find((worker) => worker.state === 'idle')?.run(call) ?? false;
  }

  private admit(): void {
    const maxQueue = this.options.maxQueue ?? DEFAULT_MAX_QUEUE;
    if (this.closing) throw this.closedError();
    if ((this.idle && this.slots.free) || this.depth < maxQueue) return;
    throw new LlmosError(
      'OVERLOADED',
      `The ${this.options.name} workers are busy and ${maxQueue} calls wait already. Try again later.`,
    );
  }

  /** Without a worker, waiting is of no use: callers receive the error now and may retry elsewhere. */
  private afterDown(error: LlmosError): void {
    this.options.onDown?.(error);
    if (this.workers.every((worker) => worker.state === 'down')) this.rejectQueued(error);
  }

  private rejectQueued(error: LlmosError): void {
    for (const { call } of this.slots.withdraw(({ pool }) => pool === this)) call.reject(error);
  }

  private closedError(): LlmosError {
    return new LlmosError('UNAVAILABLE', `The ${this.options.name} workers are shutting down.`);
  }
}
