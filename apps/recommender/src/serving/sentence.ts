import type { Item, reasonSchema } from '@llmos/contracts/capabilities/recommender';
import type { z } from 'zod';

export type Reason = z.output<typeof reasonSchema>;

/** A longer list of names is hard to listen to. */
const MAX_SPOKEN = 10;
const MAX_REASONS = 3;

/** `A, B and C`. */
export function enumerate(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
}

/** The spoken sentence for a list of items, by their titles. */
export function sentenceFor(titles: readonly string[]): string {
  if (titles.length === 0) return 'There is nothing to recommend yet.';
  return `You might like these products: ${enumerate(titles.slice(0, MAX_SPOKEN))}.`;
}

/** Why an item is in the list, also as a text for the user. */
export function reasonFor(
  kind: Reason['kind'],
  because: readonly string[],
  verb: 'had' | 'looked at',
  describe: (id: string) => Pick<Item, 'title'> | undefined,
): Reason {
  const items = because.slice(0, MAX_REASONS).map((item) => ({ item, title: describe(item)?.title }));
  const names = enumerate(items.map(({ item, title }) => title ?? item));
  const known = items.map(({ item, title }) => (title === undefined ? { item } : { item, title }));
  if (kind === 'because' && names !== '') return { kind, items: known, text: `because you ${verb} ${names}` };
  if (kind === 'because') return { kind, items: [], text: `because of what you ${verb}` };
  if (kind === 'similar' && names !== '') return { kind, items: known, text: `similar to ${names}` };
  if (kind === 'wish') return { kind, items: [], text: 'fits what you asked for' };
  if (kind === 'explore') return { kind, items: known, text: 'something new to find out about' };
  return { kind: 'popular', items: [], text: 'popular with everybody' };
}
