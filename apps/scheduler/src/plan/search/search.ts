import { seededRandom } from '@llmos/learning';
import { lowerBound } from '../bound.js';
import { Placing } from '../model/placing.js';
import { NOWHERE, type Places, type Problem } from '../model/problem.js';
import { scoreOf } from '../model/score.js';
import type { SolveOptions } from '../solvers/solver.port.js';
import { Decoder } from './decode.js';
import { decreasing } from './decreasing.js';
import { filling } from './filling.js';
import { firstFit } from './first-fit.js';
import { improve } from './improve.js';

/** A plan of a population. */
export interface Member {
  readonly places: Places;
  readonly score: number;
}

const FIRST_SHARE = 0.2;
/** Of the nodes, in the first members of a packing problem. */
const CLEARED_SHARE = 1 / 3;

/** What the population searches share: the clock, the random numbers, the best plan so far, and when to stop. */
export class Search {
  readonly random: () => number;
  readonly bound: number;
  /** Steps that have been done. */
  steps = 0;
  best: Member | undefined;
  /** Whether nodes cost something: then plans that use all of them at random are far from good ones. */
  readonly isPacking: boolean;
  private readonly endsAt: number;
  private readonly decoder: Decoder;

  constructor(
    readonly problem: Problem,
    private readonly options: SolveOptions,
  ) {
    this.random = seededRandom(options.seed);
    this.bound = lowerBound(problem);
    this.isPacking = problem.nodeCost.some((cost) => cost > 0);
    this.endsAt = performance.now() + options.budgetMs;
    this.decoder = new Decoder(problem);
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

  /**
   * The plan that a search begins with: a given one, else best fit decreasing, or where nodes cost something the best of
   * that, of filling one node after the other, and of first fit; each improved step by step.
   */
  begin(): Member {
    const { start } = this.options;
    const { problem } = this;
    const ways = start ? [() => new Placing(problem, start)] : [() => decreasing(problem)];
    if (this.isPacking && !start)
      ways.push(
        () => filling(problem),
        () => firstFit(problem),
      );
    for (const way of ways) {
      if (this.best && this.isLate()) break;
      const placing = way();
      this.keep(placing);
      improve(placing, this.isLate);
      this.keep(placing);
    }
    return this.best!;
  }

  /** Repairs wishes into a plan and improves it. */
  grow(wishes: Places): Member {
    this.steps++;
    const placing = this.decoder.decode(wishes);
    improve(placing, this.isLate);
    return this.keep(placing);
  }

  /**
   * The members that a search begins with: as many as `most` if they take no more than a fifth of the time, else at least
   * `least`. The first is the plan of {@link begin}.
   */
  population(most: number, least: number): Member[] {
    const members = [this.begin()];
    const enough = this.leftMs * (1 - FIRST_SHARE);
    while (members.length < most && !this.isOver()) {
      if (members.length >= least && this.leftMs < enough) break;
      const wishes = this.isPacking ? this.clear(members[0]!.places, CLEARED_SHARE) : this.randomWishes();
      members.push(this.grow(wishes));
    }
    return members;
  }

  /** Takes away the wishes for a share of the nodes. */
  clear(wishes: Places, share: number): Places {
    const cleared = Uint8Array.from({ length: this.problem.nodes }, () => (this.random() < share ? 1 : 0));
    return wishes.map((node) => (node !== NOWHERE && cleared[node] ? NOWHERE : node));
  }

  /** A random node for each item. */
  private randomWishes(): Places {
    return Int32Array.from({ length: this.decoder.items }, () => this.below(this.problem.nodes));
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
