import type { Places, Problem } from '../model/problem.js';

/** What a solver reports while it works. */
export interface Found {
  /** A plan that keeps every limit, better than those before; absent if only the bound is new. */
  readonly places?: Places;
  readonly score?: number;
  /** No plan has a lower score. */
  readonly bound?: number;
}

export interface SolveOptions {
  readonly seed: number;
  /** How long it may work, in milliseconds. */
  readonly budgetMs: number;
  /** Steps (children, moves of a particle) after which a search ends; it repeats exactly if these end it. */
  readonly maxSteps?: number;
  /** A plan to begin with. */
  readonly start?: Places;
  readonly onFound: (found: Found) => void;
}

/**
 * A way to solve a problem. It runs in a thread and may block it: it ends by itself within its budget, and whoever
 * started the thread may end it at any time. All that counts is what it has reported by then.
 *
 * Each plan that it reports keeps the hard limits (see `Placing`); replicas without a place are penalised.
 */
export type Solver = (problem: Problem, options: SolveOptions) => void | Promise<void>;

export type SolverName = 'greedy' | 'genetic' | 'swarm' | 'milp';
