import { Worker } from 'node:worker_threads';
import { LlmosError } from '@llmos/contracts';
import { backoffMs } from '@llmos/resilience';
import type { PendingCall } from './pending-call.js';
import { fromWireError, type FromWorker, type ToWorker } from './worker-messages.js';

export interface WorkerSlotOptions {
  readonly module: URL;
  readonly init: unknown;
  readonly name: string;
  /** The worker has started, or started again, and can take a call. */
  readonly onIdle: () => void;
  /** A call that the worker took has ended, or ended with it. */
  readonly onRelease: (call: PendingCall) => void;
  /** The worker died or could not restart; another restart follows. */
  readonly onDown: (error: LlmosError) => void;
}

const RESTART = { baseMs: 100, capMs: 30_000 };
/** The engine's memory is native; the thread's heap holds small, short-lived objects only. V8's default is 48. */
const YOUNG_HEAP_MB = 6;

/** One worker thread of a pool, its current call, and its restarts. */
export class WorkerSlot {
  state: 'starting' | 'idle' | 'busy' | 'down' | 'closed' = 'starting';
  private worker?: Worker;
  private call?: PendingCall;
  private callId = 0;
  private failures = 0;
  private restart?: NodeJS.Timeout;
  private exited: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: WorkerSlotOptions) {}

  /** Resolves when the worker has loaded; rejects with what its `create` threw. */
  start(): Promise<void> {
    this.state = 'starting';
    const { module, init, name } = this.options;
    const worker = new Worker(module, {
      workerData: { init },
      name,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
    });
    this.worker = worker;
    this.exited = new Promise((resolve) => worker.once('exit', resolve));
    return new Promise((resolve, reject) => {
      let crash: unknown;
      let ready = false;
      worker.on('error', (error) => (crash = error));
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'failed') crash = fromWireError(message.error);
        else if (message.type !== 'ready') this.finish(message);
        else {
          ready = true;
          resolve();
          this.becomeIdle();
        }
      });
      worker.on('exit', (code) => {
        if (!ready) reject(crash ?? this.death(code));
        this.afterExit(ready, code, crash);
      });
    });
  }

  /** Hands the call to the thread; false, and the call rejected, if its input cannot be cloned. */
  run(call: PendingCall): boolean {
    const message: ToWorker = { type: 'call', id: ++this.callId, method: call.method, input: call.input };
    try {
      this.worker?.postMessage(message, [...call.transfer]);
    } catch (error) {
      call.reject(error);
      return false;
    }
    this.call = call;
    this.state = 'busy';
    return true;
  }

  /** Asks the worker to exit after its current call, and waits for it. Never interrupts a run. */
  async close(): Promise<void> {
    clearTimeout(this.restart);
    const wasDown = this.state === 'down';
    this.state = 'closed';
    if (wasDown) return;
    this.worker?.postMessage({ type: 'close' } satisfies ToWorker);
    await this.exited;
  }

  private finish(message: Extract<FromWorker, { id: number }>): void {
    this.failures = 0;
    if (this.state !== 'closed') this.state = 'idle';
    this.letGo((call) =>
      message.type === 'result' ? call.resolve(message.output) : call.reject(fromWireError(message.error)),
    );
  }

  private letGo(settle: (call: PendingCall) => void): void {
    const { call } = this;
    if (!call) return;
    this.call = undefined;
    settle(call);
    this.options.onRelease(call);
  }

  private becomeIdle(): void {
    if (this.state === 'closed') return;
    this.state = 'idle';
    this.options.onIdle();
  }

  private afterExit(wasReady: boolean, code: number, crash: unknown): void {
    const death = this.death(code, crash);
    const wasClosed = this.state === 'closed';
    if (!wasClosed) this.state = 'down';
    this.letGo((call) => call.reject(death));
    // The caller of start() receives the error of a worker that has never loaded.
    if (wasClosed || (!wasReady && this.failures === 0)) return;
    this.options.onDown(death);
    this.scheduleRestart();
  }

  private scheduleRestart(): void {
    this.failures += 1;
    this.restart = setTimeout(() => this.start().catch(() => undefined), backoffMs(this.failures, RESTART));
  }

  private death(code: number, cause?: unknown): LlmosError {
    const what = `The ${this.options.name} worker stopped unexpectedly (exit code ${code}) and is being restarted.`;
    return new LlmosError('UNAVAILABLE', `${what} Try again shortly.`, { cause });
  }
}
