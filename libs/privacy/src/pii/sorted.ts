/** The index of the last item whose value is at most `limit`, by bisection; -1 if there is none. */
export function lastUpTo<Item>(sorted: readonly Item[], limit: number, valueOf: (item: Item) => number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (valueOf(sorted[middle]!) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
