import { RunningMean } from '@llmos/resilience';

/** A shorter silence is never too long, in milliseconds. */
const LEAST_MS = 1_500;
/** How many times as long as lately a server may be silent. */
const PATIENCE = 4;
/** How much longer the next calls wait after a silence: a server that has become slower is understood in the end. */
const GROWTH = 1.25;

/**
 * How long a model server may be silent while somebody waits for its answer. It follows from how long the longest silence
 * of each answer was lately, so that a server that has stalled is noticed soon and one that is slow is waited for.
 */
export class SilenceLimit {
  private readonly longestMs = new RunningMean();
  private growth = 1;
  private grownAtMs = -Infinity;

  /** @param mostMs the limit before the first answer, and at any time the highest. */
  constructor(private readonly mostMs: number) {}

  get ms(): number {
    if (!this.longestMs.isKnown) return this.mostMs;
    return Math.min(this.mostMs, Math.max(LEAST_MS, PATIENCE * this.longestMs.high) * this.growth);
  }

  /** @param longestMs the longest silence before or in an answer that came. */
  answered(longestMs: number): void {
    this.longestMs.add(longestMs);
    this.growth = 1;
  }

  /**
   * An answer did not come. Those that began before the limit last grew change nothing.
   *
   * @param nowMs as `beganAtMs`, of a clock that is not set.
   */
  wasSilent(beganAtMs: number, nowMs: number): void {
    if (beganAtMs < this.grownAtMs) return;
    this.growth *= GROWTH;
    this.grownAtMs = nowMs;
  }
}
