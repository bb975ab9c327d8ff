import type { Catalogue } from '../data/catalogue.js';
import type { Scored } from '../model/scorer.js';
import { plainText, stemsOf, wordsOf } from './item-words.js';
import type { Filter } from './profile.js';
import { MAX_TEXTS } from './text-similarity.js';
import { dot } from './vectors.js';

/** How much shared words add to the cosine of the texts; more if they are in the title. */
const WORD_WEIGHT = 0.3;
const TITLE_FACTOR = 1.5;
/** Items with a lower sum do not fit the wish. */
const MIN_SCORE = 0.25;

/**
 * Items whose texts fit a wish: by the cosine of the embeddings and by shared words, of which rare ones count more.
 *
 * @param vector of the wish; undefined while the encoder is away, when only words count.
 */
export function findByText(
  catalogue: Catalogue,
  wish: string,
  vector: Float32Array | undefined,
  { limit, exclude, allow }: Filter,
): Scored[] {
  if (catalogue.items.size > MAX_TEXTS) return [];
  const weights = wordWeights(new Set(stemsOf(plainText(wish))), catalogue);
  const found: Scored[] = [];
  for (const [item, stored] of catalogue.items) {
    if (exclude.has(item) || !allow(item)) continue;
    const { ofAll, ofTitle } = wordsOf(stored);
    let shared = 0;
    for (const [word, weight] of weights)
      if (ofAll.has(word)) shared += weight * (ofTitle.has(word) ? TITLE_FACTOR : 1);
    const cosine = vector && stored.vector ? dot(vector, stored.vector) : 0;
    const score = cosine + WORD_WEIGHT * shared;
    if (score >= MIN_SCORE) found.push({ item, score, kind: 'wish', because: [] });
  }
  return found.sort((a, b) => b.score - a.score).slice(0, limit);
}

/** The weight of each word of the wish that some items have: by its inverse document frequency; the sum is 1 or less. */
function wordWeights(words: ReadonlySet<string>, catalogue: Catalogue): Map<string, number> {
  const counts = new Map<string, number>();
  for (const stored of catalogue.items.values()) {
    const { ofAll } = wordsOf(stored);
    for (const word of words) if (ofAll.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const rarity = (count: number) => Math.log((catalogue.items.size + 1) / (count + 0.5));
  const total = [...words].reduce((sum, word) => sum + rarity(counts.get(word) ?? 0), 0) || 1;
  return new Map([...counts].map(([word, count]) => [word, Math.max(0, rarity(count)) / total]));
}
