import type { DigitRun } from './digit-groups.js';
import type { PersonalData } from './finding.js';

const WORDS_BEFORE = 60;
const WORDS_BEHIND = 40;

/** A sequence of digits with what a detector asks about it: its grouping and the words around it. */
export class NumberRun {
  readonly digits: string;
  readonly spoken: boolean;
  /** Index of the first group after it. */
  readonly next: number;
  private words: { before: string; behind: string } | undefined;
  private groups: string | undefined;

  constructor(
    private readonly text: string,
    private readonly run: DigitRun,
    private readonly readShape: () => string,
  ) {
    this.digits = run.digits;
    this.spoken = run.spoken;
    this.next = run.next;
  }

  /** As `shapeOf` describes it. */
  get shape(): string {
    return (this.groups ??= this.readShape());
  }

  /** What stands shortly before it, in lower case. */
  get before(): string {
    return this.read().before;
  }

  /** What stands shortly behind it, in lower case. */
  get behind(): string {
    return this.read().behind;
  }

  get around(): string {
    return `${this.before} … ${this.behind}`;
  }

  as(type: PersonalData['type'], confidence: number, kind: string): PersonalData {
    return { start: this.run.start, end: this.run.end, type, confidence, kind };
  }

  private read(): { before: string; behind: string } {
    const { start, end } = this.run;
    return (this.words ??= {
      before: this.text.slice(Math.max(0, start - WORDS_BEFORE), start).toLowerCase(),
      behind: this.text.slice(end, end + WORDS_BEHIND).toLowerCase(),
    });
  }
}
