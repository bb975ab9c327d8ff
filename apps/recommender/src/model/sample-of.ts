/** The first `count` places of a shuffle of the items; leaves the list itself in another order. */
export function sampleOf<T>(list: T[], count: number, random: () => number): T[] {
  const wanted = Math.min(count, list.length);
  for (let at = 0; at < wanted; at++) {
    const other = at + Math.floor(random() * (list.length - at));
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
  return list.slice(0, wanted);
}
