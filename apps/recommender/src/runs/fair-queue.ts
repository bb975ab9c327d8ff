import { LlmosError } from '@llmos/contracts';
import type { TaskContext } from '../task-context.js';

const MAX_QUEUED_PER_TENANT = 4;

export interface FairQueueOptions {
  /** Tasks that run at the same time, each of a different tenant. */
  readonly concurrency: number;
  /** The name of the tasks in the error message: "trainings". */
  readonly what: string;
}

/**
 * Prevents a tenant with many long tasks from blocking the others: each tenant runs one task at a time, all tenants
 * together run `concurrency` tasks, and queued tasks start round-robin by tenant, each tenant's in order of arrival.
 */
export class FairQueue {
  /** In the order of service. A tenant moves to the end when its task starts and when it ends. */
  private readonly queued = new Map<string, (() => void)[]>();
  private readonly running = new Set<string>();

  constructor(private readonly options: FairQueueOptions) {}

  /**
   * Runs the work when it is its turn.
   *
   * @throws LlmosError OVERLOADED if four tasks of the tenant are queued; the signal's reason if it aborts while the
   * task is queued; the error of the work.
   */
  async run<T>({ tenant, signal }: Pick<TaskContext, 'tenant' | 'signal'>, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    await this.turnOf(tenant, signal);
    try {
      return await work();
    } finally {
      this.running.delete(tenant);
      this.moveToEnd(tenant, this.queued.get(tenant) ?? []);
      this.startNext();
    }
  }

  /** Resolves when the tenant's task may start; it counts as running then. */
  private turnOf(tenant: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = this.queued.get(tenant) ?? [];
      const abort = (): void => {
        this.remove(tenant, start);
        reject(signal.reason as Error);
      };
      const start = (): void => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      if (queue.length >= MAX_QUEUED_PER_TENANT) return reject(this.overloaded());
      this.queued.set(tenant, [...queue, start]);
      signal.addEventListener('abort', abort, { once: true });
      this.startNext();
    });
  }

  private overloaded(): LlmosError {
    const message = `${MAX_QUEUED_PER_TENANT} ${this.options.what} of this tenant are queued already. Try again later.`;
    return new LlmosError('OVERLOADED', message);
  }

  private startNext(): void {
    for (const [tenant, [start, ...rest]] of this.queued) {
      if (this.running.size >= this.options.concurrency) return;
      if (!start || this.running.has(tenant)) continue;
      this.moveToEnd(tenant, rest);
      this.running.add(tenant);
      start();
    }
  }

  private moveToEnd(tenant: string, queue: (() => void)[]): void {
    this.queued.delete(tenant);
    if (queue.length > 0) this.queued.set(tenant, queue);
  }

  private remove(tenant: string, start: () => void): void {
    const rest = (this.queued.get(tenant) ?? []).filter((each) => each !== start);
    if (rest.length > 0) this.queued.set(tenant, rest);
    else this.queued.delete(tenant);
  }
}
