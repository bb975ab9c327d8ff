import { LlmosError } from '@llmos/contracts';
import type { Caller } from '../caller.js';

const MAX_WAITING_OF_A_TENANT = 4;

export interface FairTurnsOptions {
  /** Pieces of work that may run at a time, each of another tenant. */
  readonly atOnce: number;
  /** What is waited for, for who is refused: "trainings". */
  readonly what: string;
}

/**
 * Keeps a tenant with much long work from starving the others: one piece of a tenant runs at a time, `atOnce` of all
 * tenants together, and those that wait are served tenant by tenant in turn, each tenant's in order of arrival.
 */
export class FairTurns {
  /** In the order in which they are served; a tenant goes to the end when its work begins and when it ends. */
  private readonly waiting = new Map<string, (() => void)[]>();
  private readonly running = new Set<string>();

  constructor(private readonly options: FairTurnsOptions) {}

  /**
   * Does the work when it is its turn.
   *
   * @throws LlmosError OVERLOADED when four of the tenant wait already; the signal's reason when it aborts while waiting;
   * what the work throws.
   */
  async take<T>({ tenant, signal }: Pick<Caller, 'tenant' | 'signal'>, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    await this.turnOf(tenant, signal);
    try {
      return await work();
    } finally {
      this.running.delete(tenant);
      this.keep(tenant, this.waiting.get(tenant) ?? []);
      this.next();
    }
  }

  /** Resolves when the tenant's turn has come; it is taken by then. */
  private turnOf(tenant: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = this.waiting.get(tenant) ?? [];
      const leave = (): void => {
        this.remove(tenant, start);
        reject(signal.reason as Error);
      };
      const start = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      if (queue.length >= MAX_WAITING_OF_A_TENANT) return reject(this.refusal());
      this.waiting.set(tenant, [...queue, start]);
      signal.addEventListener('abort', leave, { once: true });
      this.next();
    });
  }

  private refusal(): LlmosError {
    return new LlmosError(
      'OVERLOADED',
      `${MAX_WAITING_OF_A_TENANT} ${this.options.what} of the tenant wait already. Try again when one of them is through.`,
    );
  }

  private next(): void {
    for (const [tenant, [start, ...rest]] of this.waiting) {
      if (this.running.size >= this.options.atOnce) return;
      if (!start || this.running.has(tenant)) continue;
      this.keep(tenant, rest);
      this.running.add(tenant);
      start();
    }
  }

  /** At the end of the order. */
  private keep(tenant: string, queue: (() => void)[]): void {
    this.waiting.delete(tenant);
    if (queue.length > 0) this.waiting.set(tenant, queue);
  }

  private remove(tenant: string, start: () => void): void {
    const rest = (this.waiting.get(tenant) ?? []).filter((each) => each !== start);
    if (rest.length > 0) this.waiting.set(tenant, rest);
    else this.waiting.delete(tenant);
  }
}
