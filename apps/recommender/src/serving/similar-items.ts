import type { Catalogue } from '../data/catalogue.js';
import type { StoredItem } from '../ports/item-store.port.js';
import { diversify } from '../model/diversify.js';
import type { Scored, Scorer } from '../model/scorer.js';
import type { Filter } from './profile.js';
import { wordsOf } from './item-words.js';
import { MAX_TEXTS } from './text-similarity.js';
import { dot } from './vectors.js';

/** With this many users of an item, what they have together counts as much as its text. */
const USERS_OF_EQUAL_WEIGHT = 40;
/** Added to the similarity of texts of one category. */
const SAME_CATEGORY = 0.1;
/** Added if the titles have the same words, and less for a part of them. */
const SHARED_TITLE = 0.3;
/** Texts that are less similar, with what their category adds, are unrelated. */
const MIN_TEXT = 0.3;
/** Weaker relations between items that are used together are chance. */
const MIN_TOGETHER = 0.2;
/** Diversity chooses from this many candidates per place. */
const POOL_FACTOR = 5;
const MIN_POOL = 50;

/**
 * Items similar to one item: by their texts, and by users who have both. The text decides for an item of few users,
 * whose neighbours in the model are chance; the users decide for an item of many, or without a text.
 */
export function similarItems(
  target: string,
  catalogue: Catalogue,
  scorer: Scorer,
  { limit, exclude, allow, diversity = 0 }: Filter & { readonly diversity?: number },
): Scored[] {
  const together = scorer.togetherWith(target);
  const vector = catalogue.item(target)?.vector;
  const texts = vector && catalogue.items.size <= MAX_TEXTS ? cosinesWith(vector, catalogue) : undefined;
  const users = together?.users ?? 0;
  const share = texts ? users / (users + USERS_OF_EQUAL_WEIGHT) : 1;
  const ids = new Set([...(texts?.keys() ?? []), ...(together?.strengths.keys() ?? [])]);
  const found: Scored[] = [];
  for (const item of ids) {
    if (item === target || exclude.has(item) || !allow(item)) continue;
    const [a, b] = [catalogue.item(target), catalogue.item(item)];
    const kin = (haveOneCategory(a, b) ? SAME_CATEGORY : 0) + SHARED_TITLE * sharedTitle(a, b);
    const [text, use] = [(texts?.get(item) ?? 0) + kin, together?.strengths.get(item) ?? 0];
    if (text < MIN_TEXT && (use < MIN_TOGETHER || share < 0.5)) continue;
    found.push({ item, score: (1 - share) * text + share * use, kind: 'similar', because: [target] });
  }
  found.sort((a, b) => b.score - a.score);
  return diversity > 0 ? spread(found, catalogue, limit, diversity) : found.slice(0, limit);
}

function cosinesWith(vector: Float32Array, catalogue: Catalogue): Map<string, number> {
  const cosines = new Map<string, number>();
  for (const [item, stored] of catalogue.items) if (stored.vector) cosines.set(item, dot(vector, stored.vector));
  return cosines;
}

/** The words that two titles share, of all their words: two scales or two knives are of one kind. */
function sharedTitle(a: StoredItem | undefined, b: StoredItem | undefined): number {
  if (!a || !b) return 0;
  const [own, other] = [wordsOf(a).ofTitle, wordsOf(b).ofTitle];
  const shared = [...own].filter((word) => other.has(word)).length;
  return shared / (own.size + other.size - shared || 1);
}

function haveOneCategory(a: StoredItem | undefined, b: StoredItem | undefined): boolean {
  const own = new Set(a?.categories ?? [a?.category]);
  return (b?.categories ?? [b?.category]).some((each) => each !== undefined && own.has(each));
}

function spread(found: readonly Scored[], catalogue: Catalogue, limit: number, diversity: number): Scored[] {
  const pool = found.slice(0, Math.max(MIN_POOL, limit * POOL_FACTOR));
  const vectorOf = (place: number) => catalogue.item(pool[place]!.item)?.vector;
  const similarities = (place: number) => (other: number) => {
    const [a, b] = [vectorOf(place), vectorOf(other)];
    return a && b ? dot(a, b) : 0;
  };
  const scores = Float32Array.from(pool, ({ score }) => score);
  return diversify([...pool.keys()], scores, { limit, diversity, similarities }).map((place) => pool[place]!);
}
