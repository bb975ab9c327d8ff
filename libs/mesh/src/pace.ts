import { FairQueue, steadyNow } from '@llmos/resilience';
import type { Callers } from './callers.js';

/** The longest rest, also from the start of a task that takes longer. */
const MAX_REST_MS = 2_000;

interface Waiter {
  start(leave: () => void): void;
  refuse(): void;
}

/**
 * The pace of the durable work of a process. While callers wait for live runs, durable tasks start one by one, each after a
 * rest, so that they have `share` of the time; otherwise all start at once. Who starts next is fair between tenants
 * ({@link FairQueue}).
 */
export class Pace {
  private readonly waiting = new FairQueue<Waiter>();
  private restUntilMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  /** @param share of the time, above 0. With 1 durable work does not wait. */
  constructor(
    private readonly callers: Pick<Callers, 'areWaiting' | 'onChange'>,
    private readonly share: number,
  ) {
    callers.onChange(() => this.startNext());
  }

  /** How many tasks wait for their turn. */
  get depth(): number {
    return this.waiting.count();
  }

  /** Does the work when it is its turn. Undefined, and the work is not done, if the process stops before. */
  async do<T>(tenant: string, work: () => Promise<T>): Promise<T | undefined> {
    const leave = await new Promise<(() => void) | undefined>((resolve) => {
      this.waiting.push({ start: resolve, refuse: () => resolve(undefined) }, { owner: { lane: 'durable', tenant } });
      this.startNext();
    });
    if (!leave) return undefined;
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Nothing starts any more. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.startNext();
  }

  private startNext(): void {
    if (this.stopped) for (const { refuse } of this.waiting.remove(() => true)) refuse();
    while (this.mayStart()) {
      const turn = this.waiting.shift();
      if (!turn) return;
      const startedAtMs = steadyNow();
      this.restUntilMs = startedAtMs + MAX_REST_MS;
      turn.item.start(() => {
        const tookMs = steadyNow() - startedAtMs;
        turn.charge(tookMs);
        this.restUntilMs = Math.min(this.restUntilMs, steadyNow() + tookMs * (1 / this.share - 1));
        this.startNext();
      });
    }
    clearTimeout(this.timer);
    if (this.depth > 0) this.timer = setTimeout(() => this.startNext(), Math.max(1, this.restUntilMs - steadyNow()));
  }

  private mayStart(): boolean {
    if (this.share >= 1 || !this.callers.areWaiting) return true;
    return steadyNow() >= this.restUntilMs;
  }
}
