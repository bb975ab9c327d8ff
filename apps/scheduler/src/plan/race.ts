import { tidy } from './model/score.js';
import type { PlanInput } from './model/problem-of.js';
import type { SolverName } from './solvers/solver.port.js';
import type { Candidate, Finished, FromPlanThread, PlanOutput } from './threads/plan-job.js';
import { inPlanThread } from './threads/plan-thread.js';

/** Solvers of one thread work one after the other: the first of them is done at once. */
const THREADS: Readonly<Record<PlanInput['solver'], readonly (readonly SolverName[])[]>> = {
  portfolio: [['greedy', 'genetic'], ['swarm'], ['milp']],
  milp: [['milp']],
  genetic: [['genetic']],
  swarm: [['swarm']],
  greedy: [['greedy']],
};
/** After its budget a solver is ended; this much later, because it may be about to end by itself. */
const GRACE_MS = 20;

interface Runner {
  readonly solver: SolverName;
  best?: Candidate;
  ms?: number;
  message?: string;
}

/** The solvers of one request, side by side. */
export class Race {
  bound = -Infinity;
  private readonly runners: readonly Runner[];
  private readonly threads: readonly (readonly SolverName[])[];
  private readonly over = new AbortController();

  constructor(
    solver: PlanInput['solver'],
    private readonly startedAt: number,
  ) {
    this.threads = THREADS[solver];
    this.runners = this.threads.flat().map((each) => ({ solver: each }));
  }

  /** Resolves when every solver has ended, `budgetMs` are over, a plan is proven to be the best, or `signal` aborts. */
  async run(request: string, budgetMs: number, signal: AbortSignal): Promise<void> {
    const timer = setTimeout(() => this.over.abort(), budgetMs);
    const either = AbortSignal.any([signal, this.over.signal]);
    try {
      await Promise.all(this.threads.map((solvers) => this.thread(solvers, request, budgetMs - GRACE_MS, either)));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Best first. */
  get candidates(): Candidate[] {
    return this.runners.flatMap(({ best }) => best ?? []).sort((a, b) => a.score - b.score);
  }

  report(refused: Finished['refused']): PlanOutput['solvers'] {
    return this.runners.map(({ solver, best, ms, message }) => {
      const fault = refused.find((each) => each.solver === solver)?.message ?? message;
      return {
        ...{ solver, ms: ms ?? this.elapsed() },
        ...(best ? { score: tidy(best.score) } : {}),
        ...(fault ? { message: fault } : {}),
      };
    });
  }

  elapsed(): number {
    return Math.round((performance.now() - this.startedAt) * 10) / 10;
  }

  private async thread(
    solvers: readonly SolverName[],
    request: string,
    budgetMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const own = this.runners.filter(({ solver }) => solvers.includes(solver));
    try {
      await inPlanThread({ kind: 'solve', solvers, request, budgetMs }, (message) => this.hear(message), signal);
    } catch (error) {
      // The others go on: their answer stands, and so does what this thread has found.
      const message = `it failed: ${(error as Error).message}`;
      const failed = own.find(({ ms }) => ms === undefined);
      if (failed) failed.message = message;
    } finally {
      for (const runner of own) runner.ms ??= this.elapsed();
    }
  }

  private hear(message: FromPlanThread): void {
    if (message.type !== 'found' && message.type !== 'solved') return;
    const runner = this.runners.find(({ solver }) => solver === message.solver)!;
    if (message.type === 'solved') {
      runner.ms = this.elapsed();
      return;
    }
    const { solver, places, score, bound } = message;
    if (places && score !== undefined && score < (runner.best?.score ?? Infinity))
      runner.best = { solver, places, score };
    if (bound !== undefined) this.bound = Math.max(this.bound, bound);
    if (this.isProven()) this.over.abort();
  }

  private isProven(): boolean {
    const [best] = this.candidates;
    return best !== undefined && best.score - this.bound <= 1e-6 * Math.max(1, Math.abs(best.score));
  }
}
