/** Coefficients of columns: pairs of a column and its factor. */
export type Terms = readonly (readonly [column: number, factor: number])[];

export interface Column {
  readonly cost: number;
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

/** A linear program that grows: columns are variables, rows are limits. Minimised. */
export class LinearModel {
  readonly columns: Column[] = [];
  readonly rowLeast: number[] = [];
  readonly rowMost: number[] = [];
  readonly starts: number[] = [0];
  readonly indices: number[] = [];
  readonly values: number[] = [];
  /** Added to the objective. */
  offset = 0;

  /** A variable between `least` and `most`. @returns its number. */
  column({ cost = 0, least = 0, most = Infinity, whole = false }: Partial<Column>): number {
    return this.columns.push({ cost, least, most, whole }) - 1;
  }

  /** least ≤ Σ factor × column ≤ most */
  row(terms: Terms, { least = -Infinity, most = Infinity }: { least?: number; most?: number }): void {
    for (const [column, factor] of terms) {
      if (factor === 0) continue;
      this.indices.push(column);
      this.values.push(factor);
    }
    this.starts.push(this.indices.length);
    this.rowLeast.push(least);
    this.rowMost.push(most);
  }
}
