/** A row that was not taken, and why. */
export interface Rejection {
  readonly row: number;
  readonly reason: string;
}

/** What became of rows, as the contracts tell it. */
export interface Counts {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly rejections: Rejection[];
}

const MAX_REJECTIONS = 1_000;

/** Counts what becomes of rows and keeps the reasons of the first thousand that were rejected. */
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
