/** Numbers in [0, 1), the same ones for the same seed (mulberry32): chance that can be repeated, not a secret. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Mean 0, deviation 1 (Box & Muller 1958). */
export function standardNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The first `count` places of a shuffle of the items; leaves the list itself in another order. */
export function sampleOf<T>(list: T[], count: number, random: () => number): T[] {
  const wanted = Math.min(count, list.length);
  for (let at = 0; at < wanted; at++) {
    const other = at + Math.floor(random() * (list.length - at));
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
  return list.slice(0, wanted);
}
