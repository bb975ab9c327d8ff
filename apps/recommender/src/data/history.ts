import { LlmosError } from '@llmos/contracts';

/** One interaction of a known user, checked, with its time as Unix milliseconds. */
export interface Deed {
  readonly item: string;
  readonly event: string;
  readonly value: number;
  readonly atMs: number;
}

export interface MergeResult {
  /** Oldest first. */
  readonly history: readonly Deed[];
  /** What became of each new deed, in their order. */
  readonly outcomes: ReadonlyArray<'accepted' | 'duplicate' | 'too_old'>;
}

/**
 * Adds deeds to a history: those with the same item, event and time as one that is there are dropped, and of all only
 * the newest `limit` are kept. Doing it twice changes nothing, so a task may be delivered twice.
 */
export function mergeDeeds(history: readonly Deed[], added: readonly Deed[], limit: number): MergeResult {
  const known = new Set(history.map(identityOf));
  const fresh = new Set<Deed>();
  const duplicates = new Set<Deed>();
  for (const deed of added) {
    const identity = identityOf(deed);
    if (known.has(identity)) duplicates.add(deed);
    else fresh.add(deed);
    known.add(identity);
  }
  const merged = [...history, ...fresh].sort((a, b) => a.atMs - b.atMs);
  const kept = merged.length > limit ? newestOf(merged, limit) : merged;
  const keptSet = merged.length > limit ? new Set(kept) : undefined;
  return {
    history: kept,
    outcomes: added.map((deed) =>
      duplicates.has(deed) ? 'duplicate' : keptSet && !keptSet.has(deed) ? 'too_old' : 'accepted',
    ),
  };
}

/** Of deeds of one time their identity decides who stays, not who came first: that changes when it is done again. */
function newestOf(deeds: readonly Deed[], limit: number): Deed[] {
  const byAge = [...deeds].sort((a, b) => a.atMs - b.atMs || (identityOf(a) < identityOf(b) ? -1 : 1));
  const newest = new Set(byAge.slice(-limit));
  return deeds.filter((deed) => newest.has(deed));
}

function identityOf({ item, event, atMs }: Deed): string {
  return `${atMs}\0${event}\0${item}`;
}

/** The stored form: names once, numbers in columns, times as differences. */
interface HistoryFrame {
  readonly user: string;
  readonly items: readonly string[];
  readonly events: readonly string[];
  readonly item: readonly number[];
  readonly event: readonly number[];
  readonly value: readonly number[];
  readonly at: readonly number[];
}

/** A user's history as bytes (JSON in columns): about 20 bytes an interaction beside the names of its items. */
export function encodeHistory(user: string, history: readonly Deed[]): Uint8Array {
  const items = new Map<string, number>();
  const events = new Map<string, number>();
  const number = (names: Map<string, number>, name: string): number => {
    const known = names.get(name) ?? names.size;
    names.set(name, known);
    return known;
  };
  const frame: HistoryFrame = {
    user,
    item: history.map((deed) => number(items, deed.item)),
    event: history.map((deed) => number(events, deed.event)),
    value: history.map((deed) => deed.value),
    at: history.map((deed, n) => deed.atMs - (history[n - 1]?.atMs ?? 0)),
    items: [...items.keys()],
    events: [...events.keys()],
  };
  return Buffer.from(JSON.stringify(frame));
}

/** @throws LlmosError INTERNAL when the bytes are not a history. */
export function decodeHistory(bytes: Uint8Array): Deed[] {
  try {
    const frame = JSON.parse(Buffer.from(bytes).toString()) as HistoryFrame;
    let atMs = 0;
    return frame.item.map((item, n) => {
      atMs += frame.at[n]!;
      const deed = { item: frame.items[item]!, event: frame.events[frame.event[n]!]!, value: frame.value[n]!, atMs };
      if (deed.item === undefined || deed.event === undefined || !Number.isFinite(atMs + deed.value))
        throw new RangeError(`row ${n} is cut off`);
      return deed;
    });
  } catch (cause) {
    throw new LlmosError('INTERNAL', 'A stored history cannot be read; its user counts as unknown.', { cause });
  }
}
