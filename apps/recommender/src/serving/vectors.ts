/** The product of two vectors; the cosine of L2-normalised ones. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += a[n]! * (b[n] ?? 0);
  return sum;
}

/** The mean direction, L2-normalised. */
export function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]!.length);
  for (const vector of vectors) vector.forEach((value, n) => (sum[n]! += value));
  const length = Math.hypot(...sum) || 1;
  return sum.map((value) => value / length);
}
