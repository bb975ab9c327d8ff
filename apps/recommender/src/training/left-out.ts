/** Why a row was not learnt from. */
export const LEFT_OUT_REASONS = [
  'bad_user',
  'bad_item',
  'bad_value',
  'bad_time',
  'below_min_value',
  'too_many_rows',
  /** The same user and item once more; the first time stays. */
  'duplicate',
  /** Beyond the newest of what one user may weigh. */
  'too_many_of_one_user',
  /** The user, or then the item, has too few interactions (k-core). */
  'rare_user',
  'rare_item',
] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

/** Rows left out, by reason; only reasons that occurred. */
export type LeftOut = Readonly<Partial<Record<LeftOutReason, number>>>;

/** Counts rows by reason. */
export class LeftOutCount {
  private readonly counts = new Map<LeftOutReason, number>();

  add(reason: LeftOutReason, rows = 1): void {
    if (rows > 0) this.counts.set(reason, (this.counts.get(reason) ?? 0) + rows);
  }

  toRecord(): LeftOut {
    return Object.fromEntries(this.counts) as LeftOut;
  }
}

export function totalLeftOut(leftOut: LeftOut): number {
  return Object.values(leftOut).reduce((sum, rows) => sum + rows, 0);
}
