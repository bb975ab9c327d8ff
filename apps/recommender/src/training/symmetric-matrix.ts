/** Rows per block. */
export const BLOCK = 256;

/**
 * A symmetric matrix of float32. Only the lower half is stored, as panels: panel p has the rows of block p and the
 * columns up to the end of block p, with a full diagonal block. This takes half the memory, and each panel can be an
 * operand of a matrix product.
 */
export class SymmetricMatrix {
  readonly panels: Float32Array[] = [];

  constructor(readonly size: number) {
    for (let p = 0; p < this.blocks; p++) this.panels.push(new Float32Array(this.heightOf(p) * this.endOf(p)));
  }

  get blocks(): number {
    return Math.ceil(this.size / BLOCK);
  }

  /** The first row of block p. */
  startOf(p: number): number {
    return p * BLOCK;
  }

  /** One past the last row of block p; also the number of columns of panel p. */
  endOf(p: number): number {
    return Math.min(this.size, (p + 1) * BLOCK);
  }

  heightOf(p: number): number {
    return this.endOf(p) - this.startOf(p);
  }

  /** Adds at (row, column), which must lie in the lower half or in a diagonal block. */
  add(row: number, column: number, value: number): void {
    const p = Math.floor(row / BLOCK);
    this.panels[p]![(row - p * BLOCK) * this.endOf(p) + column]! += value;
  }

  at(row: number, column: number): number {
    const [low, high] = row >= column ? [column, row] : [row, column];
    const p = Math.floor(high / BLOCK);
    return this.panels[p]![(high - p * BLOCK) * this.endOf(p) + low]!;
  }

  /** All rows of the columns of block k: size × height. */
  columnsOf(k: number): Float32Array {
    const [start, width] = [this.startOf(k), this.heightOf(k)];
    const columns = new Float32Array(this.size * width);
    for (let row = 0; row < start; row++)
      for (let j = 0; j < width; j++) columns[row * width + j] = this.panels[k]![j * this.endOf(k) + row]!;
    for (let p = k; p < this.blocks; p++) {
      const panel = this.panels[p]!;
      for (let i = 0; i < this.heightOf(p); i++) {
        const from = i * this.endOf(p) + start;
        columns.set(panel.subarray(from, from + width), (this.startOf(p) + i) * width);
      }
    }
    return columns;
  }

  /** Writes the columns of block k below its diagonal block, and (mirrored) the rows before it. */
  setColumnsOf(k: number, columns: Float32Array): void {
    const [start, width] = [this.startOf(k), this.heightOf(k)];
    const own = this.panels[k]!;
    for (let row = 0; row < this.endOf(k); row++)
      for (let j = 0; j < width; j++) own[j * this.endOf(k) + row] = columns[row * width + j]!;
    for (let p = k + 1; p < this.blocks; p++) {
      for (let i = 0; i < this.heightOf(p); i++) {
        const row = (this.startOf(p) + i) * width;
        this.panels[p]!.set(columns.subarray(row, row + width), i * this.endOf(p) + start);
      }
    }
  }
}
