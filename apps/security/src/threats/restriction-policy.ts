import type { Restriction } from '@llmos/contracts/capabilities/security';
import type { Finding } from './threat-detector.js';

export type RestrictionAction = Restriction['action'];

export interface Measure {
  readonly action: RestrictionAction;
  /** Its duration; absent for `hold`. */
  readonly forMs?: number;
}

const MINUTE_MS = 60_000;

/** The measures for the first, second, third time and so on; the last one repeats. */
const LADDERS: Readonly<Record<'medium' | 'high', readonly Measure[]>> = {
  medium: [
    { action: 'slow', forMs: 10 * MINUTE_MS },
    { action: 'slow', forMs: 30 * MINUTE_MS },
    { action: 'block', forMs: 15 * MINUTE_MS },
    { action: 'block', forMs: 60 * MINUTE_MS },
  ],
  high: [{ action: 'block', forMs: 15 * MINUTE_MS }, { action: 'block', forMs: 60 * MINUTE_MS }, { action: 'hold' }],
};

const RANK: Readonly<Record<RestrictionAction, number>> = { slow: 0, block: 1, hold: 2 };

/**
 * The measure for a finding, by its severity and the number of earlier restrictions of the subject. None for `low`. A
 * tenant is at most slowed, because it has many users.
 */
export function measureFor({ severity, subject }: Finding, strikesBefore: number): Measure | undefined {
  if (severity === 'low') return undefined;
  const ladder = LADDERS[severity];
  const measure = ladder[Math.min(strikesBefore, ladder.length - 1)]!;
  return subject.kind === 'tenant' ? { action: 'slow', forMs: measure.forMs ?? 60 * MINUTE_MS } : measure;
}

/** Whether `a` restricts more than `b`. */
export function isStricter(a: RestrictionAction, b: RestrictionAction): boolean {
  return RANK[a] > RANK[b];
}
