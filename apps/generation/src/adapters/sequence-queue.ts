import { LlmosError } from '@llmos/contracts';
import { currentOwner, FairQueue, type Owner } from '@llmos/resilience';

/** The share of the time that a durable run has while a live run uses the model. */
const DURABLE_SHARE = 0.1;
/** The longest time that a durable run waits before a step, in milliseconds. */
const MAX_GIVE_WAY_MS = 2_000;

interface Waiter<T> {
  readonly prefer: (free: readonly T[]) => T;
  readonly give: (lent: Lent<T>) => void;
  readonly fail: (error: unknown) => void;
}

interface Lent<T> {
  readonly item: T;
  readonly leave: () => void;
}

/**
 * Lends a fixed set of items (a model's sequences), each to one user at a time: live runs first, and tenants by the time
 * that they have used. Durable runs have the second half of the items, so that a live run finds one free that still holds
 * what live runs read before, and step aside while it uses it. With `maxWaiting` callers waiting, the next is refused with
 * `OVERLOADED`.
 */
export class SequenceQueue<T> {
  private readonly free: T[];
  private readonly waiting = new FairQueue<Waiter<T>>();
  private liveUsers = 0;
  private readonly forDurable: ReadonlySet<T>;
  /** Ends the rests of durable runs. */
  private readonly resting = new Set<() => void>();
  private closed = false;

  constructor(
    items: readonly T[],
    private readonly maxWaiting: number,
  ) {
    this.free = [...items];
    this.forDurable = new Set(items.slice(Math.floor(items.length / 2)));
  }

  get depth(): number {
    return this.waiting.count();
  }

  /**
   * Runs `work` with one of the items; `prefer` chooses among several free ones.
   * Rejects with the signal's reason if it aborts while the caller waits.
   */
  async use<R>(signal: AbortSignal, prefer: (free: readonly T[]) => T, work: (item: T) => Promise<R>): Promise<R> {
    const { item, leave } = await this.take(signal, prefer);
    try {
      return await work(item);
    } finally {
      leave();
    }
  }

  /**
   * To be awaited before each step of the work: while a live run uses an item, a durable run has a tenth of the time.
   *
   * @param stepMs how long its last step took.
   * @param signal ends the rest too.
   */
  async giveWay(stepMs: number, signal: AbortSignal): Promise<void> {
    if (currentOwner().lane === 'live' || this.liveUsers === 0 || signal.aborted) return;
    const restMs = Math.min(stepMs * (1 / DURABLE_SHARE - 1), MAX_GIVE_WAY_MS);
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.resting.delete(end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, restMs);
      this.resting.add(end);
      signal.addEventListener('abort', end, { once: true });
    });
  }

  /** Refuses the waiting callers and every later one. */
  close(): void {
    this.closed = true;
    this.wake();
    for (const waiter of this.waiting.remove(() => true)) waiter.fail(closedError());
  }

  private take(signal: AbortSignal, prefer: Waiter<T>['prefer']): Promise<Lent<T>> {
    signal.throwIfAborted();
    if (this.closed) throw closedError();
    if (this.depth >= this.maxWaiting && !this.canLend(currentOwner())) {
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
        give: (lent) => (settled(), resolve(lent)),
        fail: (error) => (settled(), reject(error as Error)),
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiting.push(waiter);
      this.lend();
    });
  }

  private wake(): void {
    for (const end of [...this.resting]) end();
  }

  private canLend({ lane }: Owner): boolean {
    return this.freeFor(lane).length > 0;
  }

  /** A live run takes an item of the second half only if the first half is taken. */
  private freeFor(lane: Owner['lane']): readonly T[] {
    const [first, second] = [false, true].map((isDurable) =>
      this.free.filter((item) => this.forDurable.has(item) === isDurable),
    ) as [T[], T[]];
    return lane === 'live' && first.length > 0 ? first : second;
  }

  private lend(): void {
    const turn = this.waiting.shift((_, owner) => this.canLend(owner));
    if (!turn) return;
    const { lane } = turn.owner;
    const item = turn.item.prefer(this.freeFor(lane));
    const startedAt = performance.now();
    this.free.splice(this.free.indexOf(item), 1);
    if (lane === 'live') this.liveUsers++;
    turn.item.give({
      item,
      leave: () => {
        turn.charge(performance.now() - startedAt);
        if (lane === 'live') this.liveUsers--;
        if (this.liveUsers === 0) this.wake();
        this.free.push(item);
        this.lend();
      },
    });
  }
}

function closedError(): LlmosError {
  return new LlmosError('UNAVAILABLE', 'The language model is shutting down.');
}
