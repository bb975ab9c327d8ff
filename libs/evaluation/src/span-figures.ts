import type { Span } from '@llmos/contracts';

export interface TypedSpan extends Span {
  readonly type: string;
}

export interface SpanFigures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Marked spans in the data. */
  readonly n: number;
}

/** Counts of one type of span. */
interface Tally {
  right: number;
  found: number;
  marked: number;
}

/** Compares found spans with the spans that the data marks, one to one. */
export class SpanTally {
  private readonly tallies = new Map<string, Tally>();

  /** @param matches whether a found span counts as a marked one of its type; by default both ends must be equal. */
  constructor(private readonly matches: (found: TypedSpan, marked: TypedSpan) => boolean = isSame) {}

  add(found: readonly TypedSpan[], marked: readonly TypedSpan[]): void {
    const open = [...marked];
    for (const { type } of marked) this.of(type).marked++;
    for (const span of found) {
      const tally = this.of(span.type);
      tally.found++;
      const hit = open.findIndex((other) => other.type === span.type && this.matches(span, other));
      if (hit === -1) continue;
      open.splice(hit, 1);
      tally.right++;
    }
  }

  total(): SpanFigures {
    const sum: Tally = { right: 0, found: 0, marked: 0 };
    for (const tally of this.tallies.values()) {
      sum.right += tally.right;
      sum.found += tally.found;
      sum.marked += tally.marked;
    }
    return figures(sum);
  }

  byType(): Record<string, SpanFigures> {
    return Object.fromEntries([...this.tallies].sort().map(([type, tally]) => [type, figures(tally)]));
  }

  private of(type: string): Tally {
    const tally = this.tallies.get(type) ?? { right: 0, found: 0, marked: 0 };
    this.tallies.set(type, tally);
    return tally;
  }
}

/** Precision is 1 when nothing is marked and nothing was found. */
function figures({ right, found, marked }: Tally): SpanFigures {
  const precision = found === 0 ? (marked === 0 ? 1 : 0) : right / found;
  const recall = marked === 0 ? 1 : right / marked;
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision, recall, f1, n: marked };
}

function isSame(found: Span, marked: Span): boolean {
  return found.start === marked.start && found.end === marked.end;
}

/** Whether two spans share at least one character. */
export function overlaps(found: Span, marked: Span): boolean {
  return found.start < marked.end && marked.start < found.end;
}
