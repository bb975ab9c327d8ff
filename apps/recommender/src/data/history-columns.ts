import type { Deed } from './history.js';
import type { Names } from './names.js';

/** A history in memory: numbers for names, one typed array a column. */
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

export function toColumns(history: readonly Deed[], items: Names, events: Names): HistoryColumns {
  return {
    items: Uint32Array.from(history, (deed) => items.numberOf(deed.item)),
    events: Uint32Array.from(history, (deed) => events.numberOf(deed.event)),
    values: Float64Array.from(history, (deed) => deed.value),
    times: Float64Array.from(history, (deed) => deed.atMs),
  };
}

export function toDeeds(columns: HistoryColumns, items: Names, events: Names): Deed[] {
  return Array.from(columns.items, (item, n) => ({
    item: items.nameOf(item),
    event: events.nameOf(columns.events[n]!),
    value: columns.values[n]!,
    atMs: columns.times[n]!,
  }));
}
