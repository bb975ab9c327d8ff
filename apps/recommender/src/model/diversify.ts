/**
 * Maximal marginal relevance (Carbonell & Goldstein 1998): picks one after the other what scores well and is unlike
 * what was picked before, (1 − diversity) · score − diversity · likeness, with scores spread over 0 … 1.
 *
 * `places` come best first. `similarities` tells how alike every place is to one place, 0 … 1.
 */
export function diversify(
  places: readonly number[],
  scores: Float32Array,
  { limit, diversity, similarities }: DiversifyOptions,
): number[] {
  const [best, least] = [scores[places[0] ?? 0]!, scores[places.at(-1) ?? 0]!];
  const rest = places.map((place) => ({ place, value: (scores[place]! - least) / (best - least || 1), alike: 0 }));
  const picked: number[] = [];
  while (picked.length < limit && rest.length > 0) {
    const worth = rest.map(({ value, alike }) => (1 - diversity) * value - diversity * alike);
    const at = worth.reduce((top, own, index) => (own > worth[top]! ? index : top), 0);
    const [next] = rest.splice(at, 1);
    picked.push(next!.place);
    if (picked.length === limit) break;
    const alike = similarities(next!.place);
    for (const candidate of rest) candidate.alike = Math.max(candidate.alike, alike(candidate.place));
  }
  return picked;
}

export interface DiversifyOptions {
  readonly limit: number;
  readonly diversity: number;
  readonly similarities: (place: number) => (other: number) => number;
}
