import { ERRORS, hasCode, isLlmosError, LlmosError } from '@llmos/contracts';
import {
  BREAKER_RULES,
  BreakerState,
  type BreakerRecord,
  type BreakerRules,
  type BreakerWrite,
  type Outcome,
  type StoredRecord,
} from './breaker-state.js';

/** Where the sharers of a breaker keep its record. */
export interface BreakerStore {
  /** @returns the revision of the record now. @throws LlmosError CONFLICT if another sharer wrote in between. */
  write(write: BreakerWrite): Promise<number>;
  read(): Promise<StoredRecord>;
}

export interface BreakerOptions {
  /** Shown in errors, events and metrics. */
  readonly name: string;
  /** Default {@link BREAKER_RULES}. */
  readonly rules?: BreakerRules | undefined;
  /** Without it the breaker is not shared. */
  readonly store?: BreakerStore | undefined;
  /** Called once with the breaker, so that what a watch of the store delivers reaches it. */
  readonly follow?: (breaker: Breaker) => void;
  readonly events?: BreakerEvents | undefined;
  /** In milliseconds; not a clock that is set. Default: of the process. */
  readonly now?: () => number;
}

/** What operators see of a breaker. */
export interface BreakerEvents {
  onStateChange?(state: BreakerRecord['state']): void;
  /** A call was not let through. */
  onRefused?(): void;
}

/** Whether a call may be made. Whoever was admitted tells how it ended, with {@link Breaker.settle}. */
export type BreakerAdmission =
  | { readonly type: 'pass' }
  /** The one call that tries, which holds the record at this revision. */
  | { readonly type: 'probe'; readonly claimed: number }
  | { readonly type: 'refused'; readonly retryAfterMs: number };

/** A call that was not made, because earlier ones failed. */
export class BreakerOpenError extends LlmosError {
  constructor(name: string, retryAfterMs: number) {
    const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
    super('UNAVAILABLE', `${name} is failing. It is not called for a moment.`, { retryAfterSeconds });
  }
}

/** Retry-After while a probe is under way: most take less. */
const PROBE_WAIT_MS = 1_000;

/**
 * A circuit breaker that replicas may share. After enough failures it opens: calls are refused at once. Later one call
 * is let through, of all sharers together, and its outcome closes it or opens it again. While the store cannot be
 * reached each sharer goes by its own view.
 */
export class Breaker {
  readonly name: string;
  private readonly state: BreakerState;
  private readonly now: () => number;
  /** One call of this process asks at a time. */
  private isClaiming = false;
  /** What admits calls while the breaker is closed; another one after it was not. */
  private pass: BreakerAdmission = { type: 'pass' };

  constructor(private readonly options: BreakerOptions) {
    this.name = options.name;
    this.now = options.now ?? (() => performance.now());
    this.state = new BreakerState(options.rules ?? BREAKER_RULES);
    options.follow?.(this);
  }

  get current(): BreakerRecord['state'] {
    return this.state.record.state;
  }

  /** For how long calls are refused, in milliseconds; 0 if the next one may be let through. */
  get refusesForMs(): number {
    const waitMs = this.state.waitMs(this.now());
    return this.current === 'half-open' ? Math.min(waitMs, PROBE_WAIT_MS) : waitMs;
  }

  /**
   * Asks to make a call. While the breaker is closed the answer needs no waiting.
   *
   * @param leaseMs how long the call may take, if it becomes the one that tries.
   */
  admit(leaseMs: number): BreakerAdmission | Promise<BreakerAdmission> {
    const decision = this.state.decide(this.now());
    if (decision === 'pass') return this.pass;
    if (decision === 'refuse' || this.isClaiming) return this.refuse();
    this.isClaiming = true;
    return this.claim(this.state.claim(leaseMs)).finally(() => (this.isClaiming = false));
  }

  /** Takes over a try that another process has claimed, when its call begins. */
  begin(claimed: number, leaseMs: number): Promise<BreakerAdmission> {
    return this.claim(this.state.claim(leaseMs, claimed));
  }

  /** Tells how an admitted call ended. */
  settle(admission: BreakerAdmission, outcome: Outcome): void {
    if (admission.type === 'probe') void this.write(this.state.conclude(outcome, admission.claimed), false);
    // The outcome of a call from before the breaker was open says nothing about the time since.
    if (admission !== this.pass) return;
    const write = this.state.count(outcome, this.now());
    if (write) void this.write(write, true);
  }

  /** A record from a watch of the store. */
  saw(stored: StoredRecord): void {
    this.change(() => this.state.saw(stored, this.now()));
  }

  /** Reads the record again. Call it when the store is back: it may have lost its records, and count from 1 again. */
  async refresh(): Promise<void> {
    const before = this.state.revision;
    const stored = await this.options.store?.read().catch(() => undefined);
    if (!stored) return;
    // What a watch has delivered meanwhile is newer.
    const isOutrun = this.state.revision !== before;
    this.change(() => (isOutrun ? this.state.saw(stored, this.now()) : this.state.learn(stored, this.now())));
  }

  private async claim(write: BreakerWrite): Promise<BreakerAdmission> {
    const { store } = this.options;
    if (store) {
      try {
        const claimed = await store.write(write);
        this.change(() => this.state.saw({ record: write.record, revision: claimed }, this.now()));
        return { type: 'probe', claimed };
      } catch (error) {
        if (hasCode(error, 'CONFLICT')) {
          await this.refresh();
          return this.current === 'closed' ? this.pass : this.refuse();
        }
        // Another call may have claimed meanwhile, in this view of its own.
        if (write.expected === this.state.revision && this.state.decide(this.now()) === 'refuse') return this.refuse();
      }
    }
    this.change(() => this.state.adopt(write, this.now()));
    return { type: 'probe', claimed: write.expected };
  }

  /** @param isUrgent this sharer goes by the record before it is stored. */
  private async write(write: BreakerWrite, isUrgent: boolean): Promise<void> {
    const { store } = this.options;
    if (isUrgent || !store) this.change(() => this.state.adopt(write, this.now()));
    if (!store) return;
    try {
      const revision = await store.write(write);
      this.change(() => this.state.saw({ record: write.record, revision }, this.now()));
    } catch (error) {
      if (hasCode(error, 'CONFLICT')) await this.refresh();
      else if (write.expected === this.state.revision) this.change(() => this.state.adopt(write, this.now()));
    }
  }

  private refuse(): BreakerAdmission {
    this.options.events?.onRefused?.();
    return { type: 'refused', retryAfterMs: this.refusesForMs };
  }

  private change(change: () => void): void {
    const before = this.current;
    change();
    if (this.current === before) return;
    if (this.current !== 'closed') this.pass = { type: 'pass' };
    this.options.events?.onStateChange?.(this.current);
  }
}

/**
 * What the failure of a call shows of the other side. A mistake of the caller (4xx), overload, a model that is still
 * loading, and a caller who left or whose deadline has passed (`signal`) show nothing.
 */
export function outcomeOf(error: unknown, signal?: AbortSignal): Outcome {
  if (signal?.aborted) return 'neutral';
  if (!isLlmosError(error)) return 'failed';
  if (error.code === 'OVERLOADED' || error.code === 'MODEL_LOADING') return 'neutral';
  return ERRORS[error.code].httpStatus < 500 ? 'neutral' : 'failed';
}
