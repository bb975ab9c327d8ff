import { LlmosError } from '@llmos/contracts';

/** One interaction of a known user, validated, with its time in Unix milliseconds. */
export interface StoredInteraction {
  readonly item: string;
  readonly event: string;
  readonly value: number;
  readonly atMs: number;
}

export interface MergeResult {
  /** Oldest first. */
  readonly history: readonly StoredInteraction[];
  /** The outcome of each added interaction, in their order. */
  readonly outcomes: ReadonlyArray<'accepted' | 'duplicate' | 'too_old'>;
}

/**
 * Adds interactions to a history. Interactions with the item, event and time of an existing one are dropped, and only
 * the newest `limit` are kept. The function is idempotent, because a task can be delivered twice.
 */
export function mergeInteractions(
  history: readonly StoredInteraction[],
  added: readonly StoredInteraction[],
  limit: number,
): MergeResult {
  const known = new Set(history.map(identityOf));
  const fresh = new Set<StoredInteraction>();
  const duplicates = new Set<StoredInteraction>();
  for (const interaction of added) {
    const identity = identityOf(interaction);
    if (known.has(identity)) duplicates.add(interaction);
    else fresh.add(interaction);
    known.add(identity);
  }
  const merged = [...history, ...fresh].sort((a, b) => a.atMs - b.atMs);
  const kept = merged.length > limit ? newestOf(merged, limit) : merged;
  const keptSet = merged.length > limit ? new Set(kept) : undefined;
  return {
    history: kept,
    outcomes: added.map((interaction) =>
      duplicates.has(interaction) ? 'duplicate' : keptSet && !keptSet.has(interaction) ? 'too_old' : 'accepted',
    ),
  };
}

/** Among interactions of the same time the identity decides, not the order of arrival, which changes on redelivery. */
function newestOf(interactions: readonly StoredInteraction[], limit: number): StoredInteraction[] {
  const byAge = [...interactions].sort((a, b) => a.atMs - b.atMs || (identityOf(a) < identityOf(b) ? -1 : 1));
  const newest = new Set(byAge.slice(-limit));
  return interactions.filter((interaction) => newest.has(interaction));
}

function identityOf({ item, event, atMs }: StoredInteraction): string {
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

/** Encodes a history (JSON in columns): about 20 bytes per interaction, plus the names of its items. */
export function encodeHistory(user: string, history: readonly StoredInteraction[]): Uint8Array {
  const items = new Map<string, number>();
  const events = new Map<string, number>();
  const number = (names: Map<string, number>, name: string): number => {
    const known = names.get(name) ?? names.size;
    names.set(name, known);
    return known;
  };
  const frame: HistoryFrame = {
    user,
    item: history.map((interaction) => number(items, interaction.item)),
    event: history.map((interaction) => number(events, interaction.event)),
    value: history.map((interaction) => interaction.value),
    at: history.map((interaction, n) => interaction.atMs - (history[n - 1]?.atMs ?? 0)),
    items: [...items.keys()],
    events: [...events.keys()],
  };
  return Buffer.from(JSON.stringify(frame));
}

/** @throws LlmosError INTERNAL if the bytes are not a history. */
export function decodeHistory(bytes: Uint8Array): StoredInteraction[] {
  try {
    const frame = JSON.parse(Buffer.from(bytes).toString()) as HistoryFrame;
    let atMs = 0;
    return frame.item.map((item, n) => {
      atMs += frame.at[n]!;
      const interaction = {
        item: frame.items[item]!,
        event: frame.events[frame.event[n]!]!,
        value: frame.value[n]!,
        atMs,
      };
      if (
        interaction.item === undefined ||
        interaction.event === undefined ||
        !Number.isFinite(atMs + interaction.value)
      )
        throw new RangeError(`row ${n} is incomplete`);
      return interaction;
    });
  } catch (cause) {
    throw new LlmosError('INTERNAL', 'A stored history cannot be read; its user counts as unknown.', { cause });
  }
}
