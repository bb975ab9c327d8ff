import { AdaptiveLimit, type Measured } from './adaptive-limit.js';
import { Floors } from './floors.js';
import { FairQueue, type Owner } from './fair-queue.js';
import { RunningMean } from './running-mean.js';
import { steadyNow } from './steady-now.js';

/** Work that wants to start. */
export interface Applicant {
  readonly owner: Owner;
  readonly priority?: number;
  /** In Unix milliseconds. */
  readonly deadlineMs: number;
}

/** The right to start. */
export interface Place {
  /** How long it was waited for, in milliseconds. */
  readonly waitedMs: number;
  /** Gives the place to the next. Without a measurement nothing is learned, as from work that failed. */
  leave(measured?: Measured): void;
}

/**
 * Why work does not start. `share`: its tenant has more than an equal share already, and others need theirs. `capacity`:
 * there is too much work of all. `deadline`: it has waited too long.
 */
export interface Refusal {
  readonly reason: 'share' | 'capacity' | 'deadline';
  /** When the work that waits now will be done, in milliseconds, at the present rate. */
  readonly retryAfterMs: number;
}

export class RefusedError extends Error {
  constructor(readonly refusal: Refusal) {
    super(`refused: ${refusal.reason}`);
  }
}

interface Waiter {
  readonly applicant: Applicant;
  readonly sinceMs: number;
  start(place: Place): void;
  refuse(refusal: Refusal): void;
}

const LIMIT = { start: 16, min: 4 };
/** A tenant that had work in this time counts when shares are made. */
const ACTIVE_MS = 5_000;
/** The share of the places that is kept for tenants with less than an equal share. */
const KEPT = 1 / 4;

/**
 * Admits work of one kind: at most as much at once as the services can do ({@link AdaptiveLimit}); what waits starts by
 * {@link FairQueue}. A tenant with more than an equal share of the places leaves the last quarter to the others, as long as
 * there are others: they then need not wait for the end of its work. What is the floor of a tenant is kept for it. Work that would miss its deadline is refused at once,
 * by the time that work has taken lately and by what is before it.
 */
export class Admission {
  private readonly queue = new FairQueue<Waiter>();
  private readonly limit: AdaptiveLimit;
  private readonly runMs = new RunningMean();
  private readonly inProgress = new Map<string, number>();
  private readonly activeAtMs = new Map<string, number>();
  private total = 0;

  constructor(
    maxPlaces: number,
    private readonly now: () => number = steadyNow,
    private readonly floors = new Floors(),
  ) {
    this.limit = new AdaptiveLimit({ ...LIMIT, max: maxPlaces });
  }

  /** How much work may be in progress at once. */
  get places(): number {
    return this.limit.value;
  }

  get waiting(): number {
    return this.queue.count();
  }

  /** Of each tenant, how much is in progress and how much waits. */
  get byTenant(): Map<string, { readonly running: number; readonly waiting: number }> {
    const tenants = new Map([...this.inProgress].map(([tenant, running]) => [tenant, { running, waiting: 0 }]));
    this.queue.count((_, { tenant }) => {
      const { running, waiting } = tenants.get(tenant) ?? { running: 0, waiting: 0 };
      tenants.set(tenant, { running, waiting: waiting + 1 });
      return false;
    });
    return tenants;
  }

  /** How long the oldest has waited, in milliseconds. */
  get oldestMs(): number {
    let oldestMs = 0;
    const nowMs = this.now();
    this.queue.count(({ sinceMs }) => {
      oldestMs = Math.max(oldestMs, nowMs - sinceMs);
      return false;
    });
    return oldestMs;
  }

  /**
   * Waits for a place.
   *
   * @throws RefusedError, or the reason of the signal.
   */
  async enter(applicant: Applicant, signal: AbortSignal): Promise<Place> {
    signal.throwIfAborted();
    this.activeAtMs.set(applicant.owner.tenant, this.now());
    const refusal = this.refusalOf(applicant);
    if (refusal) throw new RefusedError(refusal);
    return new Promise((resolve, reject) => {
      const settled = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter = {
        applicant,
        sinceMs: this.now(),
        start: (place) => (settled(), resolve(place)),
        refuse: (why) => (settled(), reject(new RefusedError(why))),
      };
      const withdraw = () => this.queue.remove((each) => each === waiter);
      const onAbort = () => {
        withdraw();
        settled();
        reject(signal.reason as Error);
      };
      const timer = setTimeout(() => {
        if (withdraw().length > 0) waiter.refuse(this.tooLate());
      }, applicant.deadlineMs - this.now());
      signal.addEventListener('abort', onAbort, { once: true });
      this.queue.push(waiter, applicant);
      this.startNext();
    });
  }

  private startNext(): void {
    for (;;) {
      const turn = this.queue.shift((_, { tenant }) => this.mayStart(tenant));
      if (!turn && this.waiting > 0 && this.total >= this.places) this.limit.full();
      if (!turn) return;
      const { applicant, sinceMs, start, refuse } = turn.item;
      const startedAtMs = this.now();
      if (this.runMs.isKnown && applicant.deadlineMs - startedAtMs < this.neededMs) {
        // What is in progress will be measured.
        if (this.total === 0) this.runMs.doubt();
        turn.charge(0);
        refuse(this.tooLate());
        continue;
      }
      const { tenant } = applicant.owner;
      this.count(tenant, 1);
      let hasLeft = false;
      start({
        waitedMs: startedAtMs - sinceMs,
        leave: (measured) => {
          if (hasLeft) return;
          hasLeft = true;
          this.count(tenant, -1);
          turn.charge(measured ? measured.workMs : this.now() - startedAtMs);
          if (measured) {
            this.runMs.add(this.now() - startedAtMs);
            this.limit.observe(measured);
          }
          this.startNext();
        },
      });
    }
  }

  /** Others that wait have more time left: a place is not spent on what needs luck. */
  private get neededMs(): number {
    return this.waiting > 0 ? this.runMs.high : this.runMs.low;
  }

  private mayStart(tenant: string): boolean {
    const { places } = this;
    if (this.total >= places) return false;
    if (this.of(tenant) < this.floors.of(tenant, places)) return true;
    if (this.total + this.floors.leftToOthers(tenant, places, (other) => this.of(other)) >= places) return false;
    const tenants = this.activeTenants();
    const kept = tenants > 1 ? Math.ceil(places * KEPT) : 0;
    return this.total < places - kept || this.of(tenant) < places / tenants;
  }

  private refusalOf({ owner: { tenant }, deadlineMs }: Applicant): Refusal | undefined {
    if (this.waiting === 0 && this.mayStart(tenant)) return undefined;
    // Nobody else may take the place that is free for it.
    if (this.waitingOf(tenant) === 0 && this.of(tenant) < this.floors.of(tenant, this.places) && this.mayStart(tenant))
      return undefined;
    const waitMs = this.waitMs(tenant);
    if (waitMs + this.runMs.high <= deadlineMs - this.now()) return undefined;
    const own = this.of(tenant) + this.waitingOf(tenant);
    const tenants = this.activeTenants();
    const isGreedy = tenants > 1 && own * tenants > this.total + this.waiting;
    return { reason: isGreedy ? 'share' : 'capacity', retryAfterMs: waitMs };
  }

  /** How long the next work of a tenant waits: behind its own, and behind as much of each other tenant. */
  private waitMs(tenant: string): number {
    const ofTenants = new Map<string, number>();
    this.queue.count((_, owner) => {
      ofTenants.set(owner.tenant, (ofTenants.get(owner.tenant) ?? 0) + 1);
      return false;
    });
    const own = ofTenants.get(tenant) ?? 0;
    let before = own;
    for (const [other, count] of ofTenants) if (other !== tenant) before += Math.min(count, own + 1);
    return ((before + 1) * this.runMs.mean) / this.places;
  }

  private tooLate(): Refusal {
    return { reason: 'deadline', retryAfterMs: (this.waiting * this.runMs.mean) / this.places };
  }

  private activeTenants(): number {
    const sinceMs = this.now() - ACTIVE_MS;
    for (const [tenant, atMs] of this.activeAtMs)
      if (atMs < sinceMs && this.of(tenant) === 0 && this.waitingOf(tenant) === 0) this.activeAtMs.delete(tenant);
    return this.activeAtMs.size;
  }

  private of(tenant: string): number {
    return this.inProgress.get(tenant) ?? 0;
  }

  private waitingOf(tenant: string): number {
    return this.queue.count((_, owner) => owner.tenant === tenant);
  }

  private count(tenant: string, change: 1 | -1): void {
    this.total += change;
    const count = this.of(tenant) + change;
    if (count === 0) this.inProgress.delete(tenant);
    else this.inProgress.set(tenant, count);
  }
}
