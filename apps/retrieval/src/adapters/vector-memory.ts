import { growingMemory, multiplyIn } from './dot-products.js';

const PAGE_BYTES = 65_536;
const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;
const LANES = 4;

/** Vectors of one document, end to end. */
export interface VectorBlock {
  readonly address: number;
  readonly count: number;
}

/**
 * Vectors of one length in memory that the vector instructions of the processor reach. The place of a freed block is
 * used again by one with as many vectors.
 */
export class VectorMemory {
  private readonly memory = growingMemory();
  private readonly multiply = multiplyIn(this.memory);
  private readonly free = new Map<number, number[]>();
  private readonly rowBytes: number;
  private readonly question: number;
  private out: number;
  private outRoom = 0;
  private end: number;

  constructor(private readonly dimensions: number) {
    this.rowBytes = Math.ceil(dimensions / LANES) * LANES * FLOAT_BYTES;
    this.question = 0;
    this.out = this.rowBytes;
    this.end = this.rowBytes;
  }

  /** @throws RangeError if the 4 GiB of this memory are full: 2.7 million vectors of 384 numbers. */
  store(vectors: readonly Float32Array[]): VectorBlock {
    const count = vectors.length;
    const address = this.free.get(count)?.pop() ?? this.allocate(count * this.rowBytes);
    vectors.forEach((vector, n) => this.write(address + n * this.rowBytes, vector));
    return { address, count };
  }

  release({ address, count }: VectorBlock): void {
    const free = this.free.get(count);
    if (free) free.push(address);
    else this.free.set(count, [address]);
  }

  /** The dot products of the question with the vectors of each block, in one array for all of them. */
  products(question: Float32Array, blocks: readonly VectorBlock[]): Float32Array[] {
    this.write(this.question, question);
    const total = blocks.reduce((sum, { count }) => sum + count, 0);
    if (total > this.outRoom) {
      this.outRoom = total * 2;
      this.out = this.allocate(Math.ceil((this.outRoom * FLOAT_BYTES) / 16) * 16);
    }
    let at = this.out;
    for (const { address, count } of blocks) {
      this.multiply(address, count, this.rowBytes, this.question, at);
      at += count * FLOAT_BYTES;
    }
    const all = new Float32Array(this.memory.buffer, this.out, total).slice();
    let from = 0;
    return blocks.map(({ count }) => all.subarray(from, (from += count)));
  }

  private write(address: number, vector: Float32Array): void {
    if (vector.length !== this.dimensions)
      throw new RangeError(`a vector has ${vector.length} numbers, not ${this.dimensions}`);
    new Float32Array(this.memory.buffer, address, vector.length).set(vector);
  }

  private allocate(bytes: number): number {
    const address = this.end;
    const missing = address + bytes - this.memory.buffer.byteLength;
    // In larger steps than needed: growing may copy the memory.
    if (missing > 0)
      this.memory.grow(Math.max(Math.ceil(missing / PAGE_BYTES), this.memory.buffer.byteLength / PAGE_BYTES / 8) | 0);
    this.end += bytes;
    return address;
  }
}
