/**
 * Maximal marginal relevance (Carbonell & Goldstein 1998): picks items one by one by (1 − diversity) · score −
 * diversity · similarity to the items picked before, with scores scaled to 0 … 1.
 *
 * @param places best first
 */
export function diversify(
  places: readonly number[],
  scores: Float32Array,
  { limit, diversity, similarities }: DiversifyOptions,
): number[] {
  const [best, least] = [scores[places[0] ?? 0]!, scores[places.at(-1) ?? 0]!];
  const rest = places.map((place) => ({ place, value: (scores[place]! - least) / (best - least || 1), similarity: 0 }));
  const picked: number[] = [];
  while (picked.length < limit && rest.length > 0) {
    const worth = rest.map(({ value, similarity }) => (1 - diversity) * value - diversity * similarity);
    const at = worth.reduce((top, own, index) => (own > worth[top]! ? index : top), 0);
    const [next] = rest.splice(at, 1);
    picked.push(next!.place);
    if (picked.length === limit) break;
    const similarityOf = similarities(next!.place);
    for (const candidate of rest) candidate.similarity = Math.max(candidate.similarity, similarityOf(candidate.place));
  }
  return picked;
}

export interface DiversifyOptions {
  readonly limit: number;
  readonly diversity: number;
  /** The similarity of any place to one place, 0 … 1. */
  readonly similarities: (place: number) => (other: number) => number;
}
