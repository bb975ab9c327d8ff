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

  /** Makes this the question of the following products. */
  ask(question: Float32Array): void {
    this.write(this.question, question);
  }

  /** The dot product of the question with each vector of the block. */
  products({ address, count }: VectorBlock): Float32Array {
    if (count > this.outRoom) {
      this.out = this.allocate(Math.ceil((count * FLOAT_BYTES) / 16) * 16);
      this.outRoom = count;
    }
    this.multiply(address, count, this.rowBytes, this.question, this.out);
    return new Float32Array(this.memory.buffer, this.out, count).slice();
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
