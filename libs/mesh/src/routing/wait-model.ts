import type { WaitCosts } from '@llmos/contracts';
import { steadyNow } from '@llmos/resilience';

/** What a task found when it began. */
export interface Load {
  /** Live tasks in progress before it. */
  readonly tasks: number;
  /** What is to be read before its answer begins, in thousand characters: its own part and those of the tasks before it. */
  readonly kilochars: number;
}

/** How fast old measurements lose their weight: the last 50 count. */
const FORGET = 0.98;
/** Keeps the equations solvable where the load was always the same. */
const RIDGE = 0.01;
/** Fewer measurements are not trusted fully. */
const ENOUGH = 8;
/** Without new measurements the trust is halved in this time: what was slow is tried again. */
const HALF_LIFE_MS = 30_000;
const TERMS = [0, 1, 2] as const;

/**
 * How long a replica takes until its answer begins, measured: a linear function of its load without negative costs, fitted
 * by least squares with exponential weights. The sums of the normal equations are kept, not their inverse, which becomes
 * unstable when the load does not change.
 */
export class WaitModel {
  /** Weighted sums of the products of the terms with each other, and with the time. */
  private readonly products = TERMS.map(() => TERMS.map(() => 0));
  private readonly times = TERMS.map(() => 0);
  private count = 0;
  private measuredAtMs = -Infinity;
  private known: WaitCosts | undefined;

  constructor(private readonly now: () => number = steadyNow) {}

  /** @param ms from the beginning of the task to the first part of its answer. */
  add({ tasks, kilochars }: Load, ms: number): void {
    const terms = [1, tasks, kilochars];
    for (const i of TERMS) {
      for (const j of TERMS) this.products[i]![j] = FORGET * this.products[i]![j]! + terms[i]! * terms[j]!;
      this.times[i] = FORGET * this.times[i]! + terms[i]! * ms;
    }
    this.count++;
    this.measuredAtMs = this.now();
    this.known = undefined;
  }

  get costs(): WaitCosts {
    this.known ??= this.fit();
    return this.known;
  }

  /** From 0 to 1. */
  get trust(): number {
    if (this.count === 0) return 0;
    const ageMs = Math.max(0, this.now() - this.measuredAtMs);
    return Math.min(1, this.count / ENOUGH) * 0.5 ** (ageMs / HALF_LIFE_MS);
  }

  /** The term with the most negative cost is left out, until there is none. */
  private fit(): WaitCosts {
    let used: readonly number[] = TERMS;
    for (;;) {
      const rows = used.map((i) => [...used.map((j) => this.products[i]![j]! + (i === j ? RIDGE : 0)), this.times[i]!]);
      const solved = solve(rows);
      const least = solved.reduce((at, value, n) => (value < solved[at]! ? n : at), 0);
      if (used.length === 0 || solved[least]! >= 0) {
        const cost = (term: number) => solved[used.indexOf(term)] ?? 0;
        return { fixedMs: cost(0), perTaskMs: cost(1), perKilocharMs: cost(2) };
      }
      used = used.filter((_, n) => n !== least);
    }
  }
}

/** Solves symmetric, positive definite equations, each a row with its right side at the end (Gaussian elimination). */
function solve(rows: number[][]): number[] {
  const size = rows.length;
  for (let at = 0; at < size; at++)
    for (let below = at + 1; below < size; below++) {
      const factor = rows[below]![at]! / rows[at]![at]!;
      for (let column = at; column <= size; column++) rows[below]![column]! -= factor * rows[at]![column]!;
    }
  const solved = new Array<number>(size).fill(0);
  for (let at = size - 1; at >= 0; at--) {
    let rest = rows[at]![size]!;
    for (let column = at + 1; column < size; column++) rest -= rows[at]![column]! * solved[column]!;
    solved[at] = rest / rows[at]![at]!;
  }
  return solved;
}
