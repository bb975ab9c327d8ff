/** An exact non-negative number `num / den`: no rounding influences a draw. */
export interface Rational {
  readonly num: bigint;
  /** Above 0. */
  readonly den: bigint;
}

/** @throws RangeError if the number is negative or the denominator is not positive. */
export function rational(num: bigint, den = 1n): Rational {
  if (num < 0n || den <= 0n) throw new RangeError('expected a non-negative number over a positive one');
  const divisor = greatestCommonDivisor(num, den);
  return { num: num / divisor, den: den / divisor };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b > 0n) [a, b] = [b, a % b];
  return a;
}

/** The integer part of the square root (Newton's iteration, exact). */
export function integerSquareRoot(value: bigint): bigint {
  if (value < 0n) throw new RangeError('a negative number has no square root');
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
