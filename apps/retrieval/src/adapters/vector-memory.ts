import { growingMemory, growTo, LANES, largestOf, multiplyIn } from '../dot-products.js';

const PRODUCT_BYTES = Int32Array.BYTES_PER_ELEMENT;
const LARGEST_CODE = 127;
/** No product of a question with codes may reach 2^31. */
const LARGEST_PRODUCT = 2 ** 31 - 1;

/** Vectors of one document, one after the other. */
export interface VectorBlock {
  readonly row: number;
  readonly count: number;
}

/**
 * Vectors of one length in memory that the vector instructions of the processor reach. Their numbers are kept as a byte
 * each, in steps of 1/127 of the largest: a fourth of the memory to read, and a cosine is off by about 0.0005. The place
 * of a freed block is used again by one with as many vectors.
 */
export class VectorMemory {
  private readonly rows = growingMemory();
  private readonly multiply = multiplyIn(this.rows);
  private readonly free = new Map<number, number[]>();
  private readonly rowBytes: number;
  private readonly largestOfQuestion: number;
  /** What the codes of each row are multiplied by to give its numbers. */
  private scales = new Float32Array(64);
  /** Rows that were ever used. */
  private used = 0;

  constructor(private readonly dimensions: number) {
    this.rowBytes = Math.ceil(dimensions / LANES) * LANES;
    this.largestOfQuestion = Math.min(
      2 ** 15 - 1,
      Math.floor(LARGEST_PRODUCT / LARGEST_CODE / Math.max(dimensions, 1)),
    );
  }

  /** @throws RangeError if the 4 GiB of this memory are full: 11 million vectors of 384 numbers. */
  store(vectors: readonly Float32Array[]): VectorBlock {
    const count = vectors.length;
    const row = this.free.get(count)?.pop() ?? this.allocate(count);
    vectors.forEach((vector, n) => {
      const scale = this.largestIn(vector) / LARGEST_CODE || 1;
      const codes = new Int8Array(this.rows.buffer, this.addressOf(row + n), vector.length);
      for (let i = 0; i < vector.length; i++) codes[i] = Math.round(vector[i]! / scale);
      this.scales[row + n] = scale;
    });
    return { row, count };
  }

  release({ row, count }: VectorBlock): void {
    const free = this.free.get(count);
    if (free) free.push(row);
    else this.free.set(count, [row]);
  }

  /** The dot products of the question with the vectors of each block, end to end. */
  products(question: Float32Array, blocks: readonly VectorBlock[]): Float32Array {
    const scale = this.largestIn(question) / this.largestOfQuestion || 1;
    const numbers = new Int16Array(this.rows.buffer, 0, question.length);
    for (let i = 0; i < question.length; i++) numbers[i] = Math.round(question[i]! / scale);
    const total = blocks.reduce((sum, { count }) => sum + count, 0);
    const out = this.addressOf(this.used);
    growTo(this.rows, out + total * PRODUCT_BYTES);
    const products = new Float32Array(total);
    const coded = new Int32Array(this.rows.buffer, out, total);
    let done = 0;
    // Blocks that follow each other are multiplied at once.
    for (let n = 0; n < blocks.length;) {
      const { row } = blocks[n]!;
      let end = row;
      while (n < blocks.length && blocks[n]!.row === end) end += blocks[n++]!.count;
      this.multiply(this.addressOf(row), end - row, this.rowBytes, 0, out + done * PRODUCT_BYTES);
      for (let at = row; at < end; at++, done++) products[done] = coded[done]! * this.scales[at]! * scale;
    }
    return products;
  }

  /** The question is before the rows, and the products are after them. */
  private addressOf(row: number): number {
    return this.rowBytes * (Int16Array.BYTES_PER_ELEMENT + row);
  }

  private allocate(count: number): number {
    const row = this.used;
    this.used += count;
    growTo(this.rows, this.addressOf(this.used));
    if (this.used > this.scales.length) {
      const scales = new Float32Array(this.used * 2);
      scales.set(this.scales);
      this.scales = scales;
    }
    // Products may have been here, and a row may be longer than its vector.
    new Uint8Array(this.rows.buffer, this.addressOf(row), count * this.rowBytes).fill(0);
    return row;
  }

  private largestIn(vector: Float32Array): number {
    if (vector.length !== this.dimensions)
      throw new RangeError(`a vector has ${vector.length} numbers, not ${this.dimensions}`);
    return largestOf(vector);
  }
}
