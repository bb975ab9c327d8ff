import { LlmosError } from '@llmos/contracts';
import { LaneQueue } from '@llmos/resilience';

interface Waiter<T> {
  readonly prefer: (free: readonly T[]) => T;
  readonly give: (item: T) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Lends a fixed set of items (a model's sequences), each to one user at a time: live runs first, then in order.
 * With `maxWaiting` callers waiting, the next is refused with `OVERLOADED`.
 */
export class SequenceQueue<T> {
  private readonly free: T[];
  private readonly waiting = new LaneQueue<Waiter<T>>();
  private closed = false;

  constructor(
    items: readonly T[],
    private readonly maxWaiting: number,
  ) {
    this.free = [...items];
  }

  get depth(): number {
    return this.waiting.count();
  }

  /**
   * Runs `work` with one of the items; `prefer` chooses among several free ones.
   * Rejects with the signal's reason if it aborts while the caller waits.
   */
  async use<R>(signal: AbortSignal, prefer: (free: readonly T[]) => T, work: (item: T) => Promise<R>): Promise<R> {
    const item = await this.take(signal, prefer);
    try {
      return await work(item);
    } finally {
      this.giveBack(item);
    }
  }

  /** Refuses the waiting callers and every later one. */
  close(): void {
    this.closed = true;
    for (const waiter of this.waiting.remove(() => true)) waiter.fail(closedError());
  }

  private take(signal: AbortSignal, prefer: Waiter<T>['prefer']): Promise<T> {
    signal.throwIfAborted();
    if (this.closed) throw closedError();
    if (this.free.length > 0) return Promise.resolve(this.pick(prefer));
    if (this.depth >= this.maxWaiting) {
      throw new LlmosError(
        'OVERLOADED',
        `The language model is busy and ${this.maxWaiting} calls wait already. Try again later.`,
      );
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.waiting.remove((each) => each === waiter);
        reject(signal.reason as Error);
      };
      const settled = (): void => signal.removeEventListener('abort', onAbort);
      const waiter: Waiter<T> = {
        prefer,
        give: (item) => (settled(), resolve(item)),
        fail: (error) => (settled(), reject(error as Error)),
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiting.push(waiter);
    });
  }

  private pick(prefer: Waiter<T>['prefer']): T {
    const item = prefer(this.free);
    this.free.splice(this.free.indexOf(item), 1);
    return item;
  }

  private giveBack(item: T): void {
    this.free.push(item);
    const next = this.waiting.shift();
    if (next) next.give(this.pick(next.prefer));
  }
}

function closedError(): LlmosError {
  return new LlmosError('UNAVAILABLE', 'The language model is shutting down.');
}
