import { Worker } from 'node:worker_threads';
import { LlmosError } from '@llmos/contracts';
import type { PendingCall } from './pending-call.js';
import { fromWireError, type FromWorker, type ToWorker } from './worker-messages.js';

export interface WorkerSlotOptions {
  readonly module: URL;
  readonly init: unknown;
  readonly name: string;
  /** The slot can take a call: it started, finished one, or came back. */
  readonly onIdle: () => void;
  /** The worker died or could not start again; a restart is under way. */
  readonly onDown: (error: LlmosError) => void;
}

const FIRST_RESTART_MS = 100;
const MAX_RESTART_MS = 30_000;
/** An engine's memory is its own; the thread's heap sees small, short-lived objects only. V8 would take 48. */
const YOUNG_HEAP_MB = 6;

/** One place in the pool: a worker thread, the call it is busy with, and its restarts. */
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

  run(call: PendingCall): void {
    const message: ToWorker = { type: 'call', id: ++this.callId, method: call.method, input: call.input };
    try {
      this.worker?.postMessage(message, [...call.transfer]);
    } catch (error) {
      call.reject(error);
      return;
    }
    this.call = call;
    this.state = 'busy';
  }

  /** Asks the worker to leave once its current call is done, and waits for it. Never cuts a run short. */
  async close(): Promise<void> {
    clearTimeout(this.restart);
    const wasDown = this.state === 'down';
    this.state = 'closed';
    if (wasDown) return;
    this.worker?.postMessage({ type: 'close' } satisfies ToWorker);
    await this.exited;
  }

  private finish(message: Extract<FromWorker, { id: number }>): void {
    const call = this.call;
    this.call = undefined;
    this.failures = 0;
    if (message.type === 'result') call?.resolve(message.output);
    else call?.reject(fromWireError(message.error));
    this.becomeIdle();
  }

  private becomeIdle(): void {
    if (this.state === 'closed') return;
    this.state = 'idle';
    this.options.onIdle();
  }

  private afterExit(wasReady: boolean, code: number, crash: unknown): void {
    const death = this.death(code, crash);
    this.call?.reject(death);
    this.call = undefined;
    if (this.state === 'closed') return;
    this.state = 'down';
    // A worker that never loaded the first time is the business of whoever awaits start().
    if (!wasReady && this.failures === 0) return;
    this.options.onDown(death);
    this.scheduleRestart();
  }

  private scheduleRestart(): void {
    const delayMs = Math.min(FIRST_RESTART_MS * 2 ** this.failures, MAX_RESTART_MS);
    this.failures += 1;
    this.restart = setTimeout(() => this.start().catch(() => undefined), delayMs);
  }

  private death(code: number, cause?: unknown): LlmosError {
    const message = `The ${this.options.name} worker stopped unexpectedly (exit code ${code}) and is being restarted. Try again shortly.`;
    return new LlmosError('UNAVAILABLE', message, { cause });
  }
}
