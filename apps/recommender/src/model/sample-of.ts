/** A random sample of `count` items. Changes the order of the list. */
export function sampleOf<T>(list: T[], count: number, random: () => number): T[] {
  const wanted = Math.min(count, list.length);
  for (let at = 0; at < wanted; at++) {
    const other = at + Math.floor(random() * (list.length - at));
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
  return list.slice(0, wanted);
}
