import { KeyedQueue } from '@llmos/resilience';
import type { PlanInput } from './model/problem-of.js';
import type { SolverName } from './solvers/solver.port.js';
import type { Candidate, Finished, PlanOutput } from './threads/plan-job.js';
import { inPlanThread } from './threads/plan-thread.js';

export interface PlanCall {
  readonly signal: AbortSignal;
  /** Receives the progress of a search: `stage`, `done` of `total` milliseconds, and the best `score`. */
  readonly emit?: (progress: Readonly<Record<string, string | number>>) => void;
}

/** Of the budget, for the check and the reasons. */
const FINISH_SHARE = 0.1;
const LEAST_FINISH_MS = 20;
/** After its budget a solver is ended; this much later, because it may be about to end by itself. */
const GRACE_MS = 20;
const PROGRESS_MS = 500;

/**
 * Plans: every solver works in a thread of its own, and the best plan that passes an independent check is taken. One
 * request at a time is searched for, because the solvers use all cores that they get; further ones wait.
 */
export class PlanService {
  private readonly queue = new KeyedQueue();

  /** `mostMs`: no search takes longer, whatever its request says. */
  constructor(private readonly mostMs: number) {}

  /** @throws the reason of `signal` when it aborts; Error if every solver failed. */
  plan(request: PlanInput, call: PlanCall): Promise<PlanOutput> {
    const input = { ...request, budgetMs: Math.min(request.budgetMs, this.mostMs) };
    return this.queue.run('search', () => this.search(input, call), call.signal);
  }

  private async search(input: PlanInput, { signal, emit }: PlanCall): Promise<PlanOutput> {
    const startedAt = performance.now();
    const race = new Race(solversFor(input), signal, startedAt);
    const timer = setInterval(() => emit?.(race.progress(input.budgetMs)), PROGRESS_MS);
    try {
      await race.run(input);
      signal.throwIfAborted();
      const finished = await finish(input, race, signal);
      signal.throwIfAborted();
      const solvers = race.report(finished.refused);
      return { ...finished.output, solvers, ms: since(startedAt) };
    } finally {
      clearInterval(timer);
    }
  }
}

function solversFor({ solver }: PlanInput): SolverName[] {
  return solver === 'portfolio' ? ['greedy', 'genetic', 'swarm', 'milp'] : [solver];
}

const since = (startedAt: number) => Math.round((performance.now() - startedAt) * 10) / 10;

interface Runner {
  readonly solver: SolverName;
  best?: Candidate;
  ms: number;
  message?: string;
}

/** The solvers of one request, side by side. */
class Race {
  bound = -Infinity;
  private readonly runners: readonly Runner[];

  constructor(
    solvers: readonly SolverName[],
    private readonly signal: AbortSignal,
    private readonly startedAt: number,
  ) {
    this.runners = solvers.map((solver) => ({ solver, ms: 0 }));
  }

  /** Resolves when every solver has ended, the time is over, or a plan is proven to be the best. */
  async run(input: PlanInput): Promise<void> {
    const budgetMs = input.budgetMs - Math.max(LEAST_FINISH_MS, input.budgetMs * FINISH_SHARE) - GRACE_MS;
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), budgetMs + GRACE_MS);
    const signal = AbortSignal.any([this.signal, over.signal]);
    const onBest = () => this.isProven() && over.abort();
    try {
      await Promise.all(this.runners.map((runner) => this.solve(runner, input, budgetMs, signal, onBest)));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Best first. */
  get candidates(): Candidate[] {
    return this.runners.flatMap(({ best }) => best ?? []).sort((a, b) => a.score - b.score);
  }

  progress(total: number): Record<string, string | number> {
    const [best] = this.candidates;
    const done = Math.min(total, performance.now() - this.startedAt);
    return { stage: 'searching', done: Math.round(done), total, ...(best ? { score: best.score } : {}) };
  }

  report(refused: Finished['refused']): PlanOutput['solvers'] {
    return this.runners.map(({ solver, best, ms, message }) => {
      const fault = refused.find((each) => each.solver === solver)?.message ?? message;
      return { solver, ...(best ? { score: best.score } : {}), ms, ...(fault ? { message: fault } : {}) };
    });
  }

  private async solve(
    runner: Runner,
    input: PlanInput,
    budgetMs: number,
    signal: AbortSignal,
    onFound: () => void,
  ): Promise<void> {
    const { solver } = runner;
    try {
      const job = { kind: 'solve', solver, input, budgetMs } as const;
      await inPlanThread(
        job,
        (message) => {
          if (message.type !== 'found') return;
          const { places, score, bound } = message;
          if (places && score !== undefined && score < (runner.best?.score ?? Infinity))
            runner.best = { solver, places, score };
          if (bound !== undefined) this.bound = Math.max(this.bound, bound);
          onFound();
        },
        signal,
      );
    } catch (error) {
      // The others go on: their answer stands.
      runner.message = `it failed: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      runner.ms = since(this.startedAt);
    }
  }

  private isProven(): boolean {
    const [best] = this.candidates;
    return best !== undefined && best.score - this.bound <= 1e-9 * Math.max(1, Math.abs(best.score));
  }
}

/** A plan with nothing placed keeps every limit: it stands if every solver has failed. */
async function finish(input: PlanInput, race: Race, signal: AbortSignal): Promise<Finished> {
  const items = input.services.reduce((sum, { replicas }) => sum + replicas, 0);
  const nothing = { solver: 'none', places: new Int32Array(items).fill(-1), score: Infinity };
  const bound = Number.isFinite(race.bound) ? race.bound : undefined;
  let finished: Finished | undefined;
  await inPlanThread(
    { kind: 'finish', input, candidates: [...race.candidates, nothing], bound },
    (message) => {
      if (message.type === 'finished') finished = message.finished;
    },
    signal,
  );
  signal.throwIfAborted();
  if (!finished) throw new Error('The thread that finishes a plan ended without one.');
  return finished;
}
