import type { SparseVector } from '@llmos/learning';

const LONGEST = 4;
const [FNV_BASIS, FNV_PRIME] = [0x811c9dc5, 0x01000193];

/**
 * The runs of one to four characters of a text, hashed into buckets, as a vector of length 1 with 1 + ln(count) of each
 * bucket. White space is one character, also before and after the text; all digits are the same. Linear time.
 *
 * @param folded without replacing look-alikes; see `foldText`.
 * @param buckets a power of two.
 */
export function characterGrams(folded: string, buckets: number): SparseVector {
  const text = ` ${folded.replace(/\d/g, '0').replace(/\s+/g, ' ').trim()} `;
  const counts = new Map<number, number>();
  for (let from = 0; from < text.length; from++) {
    const end = Math.min(text.length, from + LONGEST);
    for (let at = from, hash = FNV_BASIS; at < end; at++) {
      hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
      const bucket = mixed(hash) & (buckets - 1);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
  }
  const indexes = Int32Array.from(counts.keys()).sort();
  const values = Float64Array.from(indexes, (bucket) => 1 + Math.log(counts.get(bucket)!));
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) || 1;
  return { indexes, values: values.map((value) => value / length) };
}

/** Spreads the high bits of a hash, which its low bits do not depend on otherwise. */
function mixed(hash: number): number {
  const spread = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return spread ^ (spread >>> 12);
}
