import type { Bus } from '@llmos/bus';
import { LlmosError } from '@llmos/contracts';
import { steadyNow } from '@llmos/resilience';

const REMEMBERED = 10_000;
/** The clocks of the broker and of this process may differ by this much. */
const CLOCKS_MS = 2_000;

/** Remembers cancelled runs, and aborts the work in progress for them. */
export class Cancellations {
  private readonly cancelled = new Set<string>();
  private readonly working = new Map<string, Set<AbortController>>();
  private readonly subscription: { stop(): void };
  private sinceMs = steadyNow();
  private stopping: Error | undefined;

  constructor(bus: Bus) {
    this.subscription = bus.signs.onCancel((run) => this.cancel(run));
    // What was cancelled while the broker was away is not heard.
    bus.onReconnect(() => (this.sinceMs = steadyNow()));
  }

  /** {@link has} knows what was cancelled after this time, in Unix milliseconds. */
  get completeSinceMs(): number {
    return this.sinceMs + CLOCKS_MS;
  }

  has(run: string): boolean {
    return this.cancelled.has(run);
  }

  /** Registers work on a run; its controller is aborted when the run is cancelled. Returns how to unregister. */
  register(run: string, controller: AbortController): () => void {
    const controllers = this.working.get(run) ?? new Set();
    controllers.add(controller);
    this.working.set(run, controllers);
    return () => {
      controllers.delete(controller);
      if (controllers.size === 0) this.working.delete(run);
    };
  }

  /** Whether {@link abortAll} was called: what fails then does so because of it. */
  get isStopping(): boolean {
    return this.stopping !== undefined;
  }

  throwIfStopping(): void {
    if (this.stopping) throw this.stopping;
  }

  /** Aborts all work in progress when the process stops. The broker delivers it again to another process. */
  abortAll(reason: Error): void {
    this.stopping = reason;
    for (const controllers of this.working.values()) for (const controller of controllers) controller.abort(reason);
  }

  stop(): void {
    this.subscription.stop();
  }

  private cancel(run: string): void {
    if (this.cancelled.size >= REMEMBERED) {
      this.cancelled.clear();
      this.sinceMs = steadyNow();
    }
    this.cancelled.add(run);
    for (const controller of this.working.get(run) ?? [])
      controller.abort(new LlmosError('CANCELLED', 'The run was cancelled.'));
  }
}
