/** A row that was rejected, and why. */
export interface Rejection {
  readonly row: number;
  readonly reason: string;
}

/** The outcome of rows, in the form of the contract. */
export interface Counts {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly rejections: Rejection[];
}

const MAX_REJECTIONS = 1_000;

/** Counts rows by outcome, and keeps the reasons of the first 1,000 rejections. */
export class Tally {
  accepted = 0;
  duplicates = 0;
  rejected = 0;
  private readonly reasons: Rejection[] = [];

  reject(row: number, reason: string): void {
    this.rejected++;
    if (this.reasons.length < MAX_REJECTIONS) this.reasons.push({ row, reason });
  }

  get counts(): Counts {
    const { accepted, duplicates, rejected, reasons } = this;
    return { accepted, duplicates, rejected, rejections: [...reasons].sort((a, b) => a.row - b.row) };
  }
}
