/** The places of the largest values, in order, without sorting the thousands of others. */
export function largest(values: ArrayLike<number>, count: number): number[] {
  const best: number[] = [];
  for (let place = 0; place < values.length; place++) {
    const value = values[place]!;
    if (best.length === count && (count === 0 || value <= values[best[count - 1]!]!)) continue;
    let at = best.length;
    while (at > 0 && values[best[at - 1]!]! < value) at--;
    best.splice(at, 0, place);
    if (best.length > count) best.pop();
  }
  return best;
}
