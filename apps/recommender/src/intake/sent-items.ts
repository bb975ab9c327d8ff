import { LlmosError } from '@llmos/contracts';
import type { Item } from '@llmos/contracts/capabilities/recommender';
import { readItem } from '@llmos/contracts/capabilities/recommender-rows';

/** Reads a list of items. @throws LlmosError INVALID_ARGUMENT naming the first row and field at fault. */
export function readItems(rows: readonly unknown[]): Item[] {
  return rows.map((row, at) => {
    const read = readItem(row);
    if (read.value !== undefined) return read.value;
    const field = ['items', at, ...(read.field === '' ? [] : [read.field])].join('.');
    throw new LlmosError('INVALID_ARGUMENT', `Row ${at} is not an item: ${read.reason}.`, { field });
  });
}
