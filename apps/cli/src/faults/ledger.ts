/** What became of a live call. */
export type Outcome =
  /** An answer that lacks nothing. */
  | 'whole'
  /** An answer that says what is missing. */
  | 'degraded'
  /** 429 or 503, with a time after which to ask again. */
  | 'refused'
  /** Nobody listened, or the connection broke: the gateway was away. */
  | 'unreachable'
  /** Any other reply, such as 500 or 504. */
  | 'failed'
  /** No reply at all before the caller gave up. */
  | 'silent';

export interface LiveCall {
  readonly sentAtMs: number;
  readonly waitedMs: number;
  readonly outcome: Outcome;
  /** Such as `200 without intent`. */
  readonly detail: string;
}

/** An event that the system has accepted, by 202 or by the acknowledgement of the broker. */
export interface AcceptedEvent {
  readonly key: string;
  readonly acceptedAtMs: number;
  /** The place of each result in the broker's stream, and its type. */
  readonly results: Map<number, string>;
  /** How often the system has stored its effect; undefined until it was asked. */
  effects?: number;
}

/** One time that a fault was tried. Times are those of {@link now}. */
export interface Strike {
  readonly fault: string;
  readonly brokenAtMs: number;
  /** When it was mended, or, if there is nothing to mend, when all of it was broken. */
  readonly mendedAtMs: number;
  /** Infinity if it did not become whole again in time. */
  readonly wholeAtMs: number;
  /** What {@link Fault.check} found. */
  complaint?: string;
}

/** The clock of the lab: milliseconds that no change of the system's time moves. */
export const now = (): number => performance.now();

/** What callers and senders know of the system, from its own replies and its own stores. A log proves nothing. */
export class Ledger {
  readonly calls: LiveCall[] = [];
  readonly events = new Map<string, AcceptedEvent>();
  readonly strikes: Strike[] = [];
  /** Results of events whose acceptance was not confirmed yet. */
  private readonly early = new Map<string, Map<number, string>>();

  accept(key: string, acceptedAtMs: number): void {
    const results = this.early.get(key) ?? new Map<number, string>();
    this.early.delete(key);
    this.events.set(key, { key, acceptedAtMs, results });
  }

  /** @param sequence its place in the stream: the same result that is delivered again counts once. */
  addResult(key: string, sequence: number, type: string): void {
    const known = this.events.get(key)?.results ?? this.early.get(key) ?? new Map<number, string>();
    if (!this.events.has(key)) this.early.set(key, known);
    known.set(sequence, type);
  }

  /** Accepted events without a result. */
  get open(): number {
    let open = 0;
    for (const { results } of this.events.values()) if (results.size === 0) open++;
    return open;
  }
}

/** An event is lost if it has no completed result, or its effect is not stored. */
export function isLost({ results, effects }: AcceptedEvent): boolean {
  return ![...results.values()].includes('completed') || effects === 0;
}

/** An event is done twice if it has two results, or its effect is stored twice. */
export function isDoneTwice({ results, effects = 0 }: AcceptedEvent): boolean {
  return results.size > 1 || effects > 1;
}
