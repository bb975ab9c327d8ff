/** Why a row is not used for training. */
export const LEFT_OUT_REASONS = [
  'bad_user',
  'bad_item',
  'bad_value',
  'bad_time',
  'below_min_value',
  /** The user dislikes or returned the item, or rated it low. */
  'against',
  'too_many_rows',
  /** A repetition of the same user and item; the first one is used. */
  'duplicate',
  /** The user has more interactions than the maximum; the newest are used. */
  'too_many_of_one_user',
  /** The user, or the item, has too few interactions (k-core). */
  'rare_user',
  'rare_item',
] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

/** The number of rows left out, by reason; only reasons that occurred. */
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
