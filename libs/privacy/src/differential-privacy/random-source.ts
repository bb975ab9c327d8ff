import { randomBytes } from 'node:crypto';

/** A source of random bytes. Tests use a repeatable stream. */
export interface RandomSource {
  /** Fresh bytes, valid until the next call. */
  take(count: number): Uint8Array;
}

const BUFFERED_BYTES = 4096;

/** The cryptographic generator of the system, read in pages. */
export class SystemRandom implements RandomSource {
  private page = Buffer.alloc(0);
  private at = 0;

  take(count: number): Uint8Array {
    if (count > this.page.length - this.at) {
      this.page = randomBytes(Math.max(BUFFERED_BYTES, count));
      this.at = 0;
    }
    const bytes = this.page.subarray(this.at, this.at + count);
    this.at += count;
    return bytes;
  }
}

/** A uniform integer in `0 … below − 1`: draws as many bits as `below − 1` has until the number is below. */
export function uniformBelow(random: RandomSource, below: bigint): bigint {
  if (below < 1n) throw new RangeError('there is no integer below');
  if (below === 1n) return 0n;
  const bits = (below - 1n).toString(2).length;
  const count = Math.ceil(bits / 8);
  const mask = (1 << (bits - (count - 1) * 8)) - 1;
  for (;;) {
    const drawn = toInteger(random.take(count), mask);
    if (drawn < below) return drawn;
  }
}

function toInteger(bytes: Uint8Array, mask: number): bigint {
  if (bytes.length <= 6) {
    let value = bytes[0]! & mask;
    for (let i = 1; i < bytes.length; i++) value = value * 256 + bytes[i]!;
    return BigInt(value);
  }
  let value = BigInt(bytes[0]! & mask);
  for (let i = 1; i < bytes.length; i++) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}
