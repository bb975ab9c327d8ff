import { seededRandom } from '@llmos/learning';
import { lowerBound } from '../bound.js';
import { Placing } from '../model/placing.js';
import type { Places, Problem } from '../model/problem.js';
import { scoreOf } from '../model/score.js';
import type { SolveOptions } from '../solvers/solver.port.js';
import { decode, itemsInOrder } from './decode.js';
import { decreasing } from './decreasing.js';
import { improve } from './improve.js';

/** A plan of a population. */
export interface Member {
  readonly places: Places;
  readonly score: number;
}

/** What the population searches share: the clock, the random numbers, the best plan so far, and when to stop. */
export class Search {
  readonly random: () => number;
  readonly bound: number;
  /** Steps that have been done. */
  steps = 0;
  best: Member | undefined;
  private readonly endsAt: number;
  private readonly order: Int32Array;

  constructor(
    readonly problem: Problem,
    private readonly options: SolveOptions,
  ) {
    this.random = seededRandom(options.seed);
    this.bound = lowerBound(problem);
    this.endsAt = performance.now() + options.budgetMs;
    this.order = itemsInOrder(problem);
    options.onFound({ bound: this.bound });
  }

  /** Milliseconds of the budget that are left. */
  get leftMs(): number {
    return this.endsAt - performance.now();
  }

  readonly isLate = (): boolean => performance.now() >= this.endsAt;

  isOver(): boolean {
    const { maxSteps = Infinity } = this.options;
    return this.steps >= maxSteps || this.isLate() || this.isProven();
  }

  /** The plan that a search begins with: a given one, else best fit decreasing; improved step by step. */
  begin(): Member {
    const { start } = this.options;
    const placing = start ? new Placing(this.problem, start) : decreasing(this.problem);
    this.keep(placing);
    improve(placing, this.isLate);
    return this.keep(placing);
  }

  /** Repairs wishes into a plan and improves it. */
  grow(wishes: Places): Member {
    this.steps++;
    const placing = decode(this.problem, wishes, this.order);
    improve(placing, this.isLate);
    return this.keep(placing);
  }

  /** A random node for each item. */
  randomWishes(): Places {
    return Int32Array.from({ length: this.order.length }, () => this.below(this.problem.nodes));
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private isProven(): boolean {
    return this.best !== undefined && this.best.score - this.bound <= 1e-9 * Math.max(1, Math.abs(this.bound));
  }

  private keep({ place }: Placing): Member {
    const member = { places: place.slice(), score: scoreOf(this.problem, place).total };
    if (this.best && member.score >= this.best.score - 1e-9) return member;
    this.best = member;
    this.options.onFound(member);
    return member;
  }
}
