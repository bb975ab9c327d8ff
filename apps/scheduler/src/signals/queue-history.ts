import type { TaskQueue } from '@llmos/bus';
import { KEPT_MS } from './process-history.js';

/** Places of the stream are kept for this long, in milliseconds; what has waited longer is at least as old. */
const PLACES_KEPT_MS = 900_000;

interface Counts {
  readonly atMs: number;
  readonly waiting: number;
  readonly taken: number;
}

/**
 * The queue of one capability in one lane. The broker does not say when the oldest task came: that is bounded from above
 * by two things, and the smaller one counts. Since when has the queue never been empty? And when was the end of the stream
 * at the last task that was taken? All that waits was published after that.
 */
export class QueueHistory {
  private counts: Counts[] = [];
  private places: { readonly atMs: number; readonly place: number }[] = [];
  private notEmptySinceMs: number | undefined;
  private takenUpTo = 0;

  saw({ waiting, taken, takenUpTo, lastPlace }: TaskQueue, nowMs: number): void {
    const before = this.counts.at(-1);
    if (waiting === 0) this.notEmptySinceMs = undefined;
    else this.notEmptySinceMs ??= before?.atMs ?? nowMs;
    this.counts.push({ atMs: nowMs, waiting, taken });
    const oldest = this.counts.findLastIndex(({ atMs }) => atMs <= nowMs - KEPT_MS);
    this.counts.splice(0, Math.max(0, oldest));
    if (waiting === 0) this.places = [];
    if (this.places.at(-1)?.place !== lastPlace) this.places.push({ atMs: nowMs, place: lastPlace });
    // The last place before what is taken is the only one of those that matters.
    const known = this.places.findLastIndex(({ place }) => place <= takenUpTo);
    this.places.splice(0, Math.max(0, known));
    while (this.places.length > 1 && this.places[0]!.atMs < nowMs - PLACES_KEPT_MS) this.places.shift();
    this.takenUpTo = takenUpTo;
  }

  get last(): Counts {
    return this.counts.at(-1) ?? { atMs: 0, waiting: 0, taken: 0 };
  }

  /** For how long the oldest task has waited, at most, in milliseconds. */
  oldestMs(nowMs: number): number {
    if (this.last.waiting === 0) return 0;
    const [first] = this.places;
    const fromPlace = first && first.place <= this.takenUpTo ? first.atMs : -Infinity;
    return Math.max(0, nowMs - Math.max(fromPlace, this.notEmptySinceMs ?? nowMs));
  }

  /** By how many tasks the queue and the work in progress grew in the window. */
  growth(windowMs: number): number {
    const { atMs, waiting, taken } = this.last;
    const begin = this.counts.findLast((counts) => counts.atMs <= atMs - windowMs) ?? this.counts[0];
    return begin ? waiting + taken - begin.waiting - begin.taken : 0;
  }
}
