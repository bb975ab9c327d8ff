export interface RetryBudgetOptions {
  /** Retries for each 100 calls. */
  readonly percent: number;
  /** How long a call counts. */
  readonly windowMs?: number;
  /** Retries in a window that are allowed in any case: few calls could not have any otherwise. */
  readonly reserve?: number;
}

const WINDOW_MS = 10_000;
const RESERVE = 10;
const SLICES = 10;

/**
 * A budget of retries that all calls of a capability share, so that retries cannot multiply the load of a service that
 * fails: in any window, at most `percent` of its calls, or `reserve` if that is more.
 *
 * It follows the retry budget of Finagle (twitter.github.io/finagle/guide/Clients.html, "Retry Budget": a share of the
 * requests of the last seconds, and a minimum) and the retry throttling of gRPC (proposal A6): calls deposit, retries
 * withdraw, and what is not used expires.
 */
export class RetryBudget {
  private readonly windowMs: number;
  private readonly reserve: number;
  /** Calls and retries by slices of the window; the booked ones lie in the future. */
  private readonly slices = new Map<number, { calls: number; retries: number }>();

  constructor(private readonly options: RetryBudgetOptions) {
    this.windowMs = options.windowMs ?? WINDOW_MS;
    this.reserve = options.reserve ?? RESERVE;
  }

  /** A call was made. */
  deposit(nowMs: number): void {
    this.sliceAt(this.nthAt(nowMs)).calls++;
  }

  /** Takes a retry from the budget. @returns false if it is spent. */
  withdraw(nowMs: number): boolean {
    const nth = this.nthAt(nowMs);
    if (!this.fits(nth)) return false;
    this.sliceAt(nth).retries++;
    return true;
  }

  /** Takes the next retry that the budget has. @returns in how many milliseconds that is. */
  book(nowMs: number): number {
    let nth = this.nthAt(nowMs);
    while (!this.fits(nth)) nth++;
    this.sliceAt(nth).retries++;
    return Math.max(0, (nth * this.windowMs) / SLICES - nowMs);
  }

  /** Whether one more retry fits into the window that ends with this slice. Those that are booked for later count too. */
  private fits(nth: number): boolean {
    let [calls, retries] = [0, 0];
    for (let each = nth - SLICES + 1; each < nth + SLICES; each++) {
      const slice = this.slices.get(each);
      if (each <= nth) calls += slice?.calls ?? 0;
      retries += slice?.retries ?? 0;
    }
    return retries + 1 <= Math.max(this.reserve, (calls * this.options.percent) / 100);
  }

  private nthAt(nowMs: number): number {
    return Math.floor((nowMs * SLICES) / this.windowMs);
  }

  private sliceAt(nth: number): { calls: number; retries: number } {
    let slice = this.slices.get(nth);
    if (slice) return slice;
    for (const old of this.slices.keys()) if (old < nth - 2 * SLICES) this.slices.delete(old);
    slice = { calls: 0, retries: 0 };
    this.slices.set(nth, slice);
    return slice;
  }
}
