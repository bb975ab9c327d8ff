/** A span of a text and what it is said to be. */
export interface TypedSpan {
  readonly start: number;
  readonly end: number;
  readonly type: string;
}

export interface SpanFigures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Spans in the data. */
  readonly n: number;
}

/** Counts of one kind of span. */
interface Tally {
  right: number;
  said: number;
  wanted: number;
}

/** Counts found spans against wanted ones, one for one. */
export class SpanTally {
  private readonly tallies = new Map<string, Tally>();

  /** @param matches when a found span counts as a wanted one of the same type; exactly the same span unless it is given. */
  constructor(private readonly matches: (found: TypedSpan, wanted: TypedSpan) => boolean = isSame) {}

  add(found: readonly TypedSpan[], wanted: readonly TypedSpan[]): void {
    const open = [...wanted];
    for (const { type } of wanted) this.of(type).wanted++;
    for (const span of found) {
      const tally = this.of(span.type);
      tally.said++;
      const hit = open.findIndex((other) => other.type === span.type && this.matches(span, other));
      if (hit === -1) continue;
      open.splice(hit, 1);
      tally.right++;
    }
  }

  total(): SpanFigures {
    const sum: Tally = { right: 0, said: 0, wanted: 0 };
    for (const tally of this.tallies.values()) {
      sum.right += tally.right;
      sum.said += tally.said;
      sum.wanted += tally.wanted;
    }
    return figures(sum);
  }

  byType(): Record<string, SpanFigures> {
    return Object.fromEntries([...this.tallies].sort().map(([type, tally]) => [type, figures(tally)]));
  }

  private of(type: string): Tally {
    const tally = this.tallies.get(type) ?? { right: 0, said: 0, wanted: 0 };
    this.tallies.set(type, tally);
    return tally;
  }
}

/** Nothing found where nothing was wanted is no fault. */
function figures({ right, said, wanted }: Tally): SpanFigures {
  const precision = said === 0 ? (wanted === 0 ? 1 : 0) : right / said;
  const recall = wanted === 0 ? 1 : right / wanted;
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision, recall, f1, n: wanted };
}

function isSame(found: TypedSpan, wanted: TypedSpan): boolean {
  return found.start === wanted.start && found.end === wanted.end;
}

/** Whether two spans share at least one character. */
export function overlaps(found: TypedSpan, wanted: TypedSpan): boolean {
  return found.start < wanted.end && wanted.start < found.end;
}
