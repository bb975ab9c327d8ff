import { growingMemory, growTo, LANES, multiplyIn } from '../dot-products.js';
import { CODE_SCALE, type ComparedTokens } from './token-head.js';

/** How well the tokens of a question find their like in a document. */
export interface TokenMatch {
  /** In the title and all passages together, 0 to 1. */
  readonly document: number;
  /** In the best passage alone, 0 to 1. */
  readonly passage: number;
}

/** The numbers of a question's tokens have 16 bits, so that they lose nothing to those of a document, which have 8. */
const QUESTION_SCALE = 2 ** 14;
const NUMBER_BYTES = Int16Array.BYTES_PER_ELEMENT;
const PRODUCT_BYTES = Int32Array.BYTES_PER_ELEMENT;

/**
 * Compares questions with documents token by token: each token counts with its most similar token of the document,
 * weighted: the late interaction of ColBERT (Khattab & Zaharia 2020). One vector for a long message is a blur; its
 * tokens still name what it is about.
 */
export class TokenMatcher {
  private readonly memory = growingMemory();
  private readonly multiply = multiplyIn(this.memory);

  /**
   * @param question its tokens, with what each counts.
   * @param documents of each document the codes of its title, then of its passages.
   */
  match({ vectors, weights }: ComparedTokens, documents: readonly (readonly Int8Array[])[]): TokenMatch[] {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (total <= 0) return documents.map(() => ({ document: 0, passage: 0 }));
    const size = vectors.length / weights.length;
    const rowBytes = Math.ceil(size / LANES) * LANES;
    const tokenBytes = rowBytes * NUMBER_BYTES;
    const out = weights.length * tokenBytes;
    const counts = documents.map((texts) => texts.map((codes) => codes.length / size));
    const most = Math.max(0, ...counts.map((rows) => rows.reduce((sum, count) => sum + count, 0)));
    const rows = out + Math.ceil((most * PRODUCT_BYTES) / LANES) * LANES;
    growTo(this.memory, rows + most * rowBytes);
    const question = new Int16Array(this.memory.buffer, 0, weights.length * rowBytes);
    copyRows(vectors, size, question, rowBytes, QUESTION_SCALE);
    return documents.map((texts, n) => {
      const count = this.place(texts, size, rows, rowBytes);
      const products = new Int32Array(this.memory.buffer, out, count);
      const sums = new Float64Array(texts.length);
      let document = 0;
      weights.forEach((weight, token) => {
        this.multiply(rows, count, rowBytes, token * tokenBytes, out);
        let [best, row] = [0, 0];
        counts[n]!.forEach((length, text) => {
          let nearest = 0;
          for (const end = row + length; row < end; row++) if (products[row]! > nearest) nearest = products[row]!;
          sums[text]! += weight * nearest;
          if (nearest > best) best = nearest;
        });
        document += weight * best;
      });
      const passages = sums.length > 1 ? sums.subarray(1) : sums;
      const scale = CODE_SCALE * QUESTION_SCALE * total;
      return { document: document / scale, passage: Math.max(0, ...passages) / scale };
    });
  }

  /** Writes the codes of a document's texts end to end, and returns the number of tokens. */
  private place(texts: readonly Int8Array[], size: number, start: number, rowBytes: number): number {
    let count = 0;
    for (const codes of texts) {
      const length = codes.length / size;
      copyRows(
        codes,
        size,
        new Int8Array(this.memory.buffer, start + count * rowBytes, length * rowBytes),
        rowBytes,
        1,
      );
      count += length;
    }
    return count;
  }
}

/** Copies rows of `size` numbers, multiplied, to rows of `width`, of which the rest is 0. */
function copyRows(
  from: Float32Array | Int8Array,
  size: number,
  to: Int16Array | Int8Array,
  width: number,
  factor: number,
): void {
  if (size === width && factor === 1) return to.set(from);
  to.fill(0);
  from.forEach((value, n) => (to[Math.floor(n / size) * width + (n % size)] = Math.round(value * factor)));
}
