import { KeyedQueue } from '@llmos/resilience';
import type { PlanInput } from './model/problem-of.js';
import { tidy } from './model/score.js';
import { Race } from './race.js';
import type { Finished, PlanOutput } from './threads/plan-job.js';
import { inPlanThread } from './threads/plan-thread.js';

export interface PlanCall {
  readonly signal: AbortSignal;
  /** Receives the progress of a search: `stage`, `done` of `total` milliseconds, and the best `score`. */
  readonly emit?: (progress: Readonly<Record<string, string | number>>) => void;
}

/** What is kept of the budget for the check and the reasons: this share, but this long, and never more than half. */
const FINISH_SHARE = 0.1;
const LEAST_FINISH_MS = 250;
const PROGRESS_MS = 500;

/**
 * Plans: every solver works in a thread of its own, and the best plan that passes an independent check is taken. One
 * request at a time is searched for, because the solvers use all cores that they get; further ones wait.
 */
export class PlanService {
  private readonly queue = new KeyedQueue();

  /** `mostMs`: no search takes longer, whatever its request says. */
  constructor(private readonly mostMs: number) {}

  /** @throws the reason of `signal` when it aborts; Error if the plan could not be finished. */
  plan(input: PlanInput, call: PlanCall): Promise<PlanOutput> {
    const budgetMs = Math.min(input.budgetMs, this.mostMs);
    return this.queue.run('search', () => this.search({ ...input, budgetMs }, call), call.signal);
  }

  private async search(input: PlanInput, { signal, emit }: PlanCall): Promise<PlanOutput> {
    const { budgetMs, solver } = input;
    const race = new Race(solver, performance.now());
    const request = JSON.stringify(input);
    const timer = setInterval(() => emit?.(progressOf(race, budgetMs)), PROGRESS_MS);
    try {
      const finishMs = Math.min(budgetMs / 2, Math.max(LEAST_FINISH_MS, budgetMs * FINISH_SHARE));
      await race.run(request, budgetMs - finishMs, signal);
      signal.throwIfAborted();
      const { output, refused } = await finish(input, request, race, signal);
      return { ...output, solvers: race.report(refused), ms: race.elapsed() };
    } finally {
      clearInterval(timer);
    }
  }
}

function progressOf(race: Race, total: number): Record<string, string | number> {
  const [best] = race.candidates;
  const done = Math.min(total, Math.round(race.elapsed()));
  return { stage: 'searching', done, total, ...(best ? { score: tidy(best.score) } : {}) };
}

/** A plan with nothing placed keeps every limit: it stands if every solver has failed. */
async function finish(input: PlanInput, request: string, race: Race, signal: AbortSignal): Promise<Finished> {
  const items = input.services.reduce((sum, { replicas }) => sum + replicas, 0);
  const nothing = { solver: 'none', places: new Int32Array(items).fill(-1), score: Infinity };
  const bound = Number.isFinite(race.bound) ? race.bound : undefined;
  let finished: Finished | undefined;
  await inPlanThread(
    { kind: 'finish', request, candidates: [...race.candidates, nothing], bound },
    (message) => {
      if (message.type === 'finished') finished = message.finished;
    },
    signal,
  );
  signal.throwIfAborted();
  if (!finished) throw new Error('The thread that finishes a plan ended without one.');
  return finished;
}
