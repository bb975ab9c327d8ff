import type { StoredInteraction } from './history.js';
import type { Names } from './names.js';

/** A history in memory: names as numbers, one typed array per column. */
export interface HistoryColumns {
  readonly items: Uint32Array;
  readonly events: Uint32Array;
  readonly values: Float64Array;
  /** Unix milliseconds, ascending. */
  readonly times: Float64Array;
}

export const EMPTY_COLUMNS: HistoryColumns = {
  items: new Uint32Array(),
  events: new Uint32Array(),
  values: new Float64Array(),
  times: new Float64Array(),
};

export function toColumns(history: readonly StoredInteraction[], items: Names, events: Names): HistoryColumns {
  return {
    items: Uint32Array.from(history, (interaction) => items.numberOf(interaction.item)),
    events: Uint32Array.from(history, (interaction) => events.numberOf(interaction.event)),
    values: Float64Array.from(history, (interaction) => interaction.value),
    times: Float64Array.from(history, (interaction) => interaction.atMs),
  };
}

export function toInteractions(columns: HistoryColumns, items: Names, events: Names): StoredInteraction[] {
  return Array.from(columns.items, (item, n) => ({
    item: items.nameOf(item),
    event: events.nameOf(columns.events[n]!),
    value: columns.values[n]!,
    atMs: columns.times[n]!,
  }));
}
