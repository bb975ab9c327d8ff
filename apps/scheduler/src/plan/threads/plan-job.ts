import type { OutputOf } from '@llmos/contracts';
import type { plan } from '@llmos/contracts/capabilities/scheduler-plan';
import type { Places } from '../model/problem.js';
import type { Found, SolverName } from '../solvers/solver.port.js';

export type PlanOutput = OutputOf<typeof plan>;

/** A plan that a solver has found. */
export interface Candidate {
  readonly solver: string;
  readonly places: Places;
  readonly score: number;
}

/** The decisions of a plan, with their reasons; the times and the other solvers are added by the service. */
export interface Finished {
  readonly output: Omit<PlanOutput, 'solvers' | 'ms'>;
  /** Solvers whose plans broke a limit, with the first fault. */
  readonly refused: readonly { readonly solver: string; readonly message: string }[];
}

/** What a thread is started for. `request` is a `PlanInput` as JSON: texts are copied to a thread much faster than objects. */
export type PlanJob =
  | {
      readonly kind: 'solve';
      /** One after the other. */
      readonly solvers: readonly SolverName[];
      readonly request: string;
      /** For all of them. */
      readonly budgetMs: number;
    }
  | {
      readonly kind: 'finish';
      readonly request: string;
      /** Best first. */
      readonly candidates: readonly Candidate[];
      /** The best bound that a solver has proven. */
      readonly bound?: number;
    };

export type FromPlanThread =
  | ({ readonly type: 'found'; readonly solver: SolverName } & Found)
  | { readonly type: 'solved'; readonly solver: SolverName }
  | { readonly type: 'finished'; readonly finished: Finished }
  | { readonly type: 'done' };
