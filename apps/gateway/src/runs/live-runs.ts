import { LlmosError } from '@llmos/contracts';

/** A pipeline that may take longer than this counts as long. */
const LONG_MS = 600_000;
const MOST_LONG_PER_TENANT = 4;

export interface LiveRunLimits {
  /** Live runs at once, of all tenants. */
  readonly total: number;
  /** Of one tenant. */
  readonly perTenant: number;
}

interface LiveRun {
  readonly tenant: string;
  readonly isLong: boolean;
  readonly controller: AbortController;
}

/** The places for live runs, so shared out that no tenant can take all of them. */
export class LiveRuns {
  private readonly runs = new Map<string, LiveRun>();

  constructor(private readonly limits: LiveRunLimits) {}

  get size(): number {
    return this.runs.size;
  }

  /**
   * Takes a place for a run until `leave`.
   *
   * @param pipeline.deadlineMs how long the run may take, in milliseconds.
   * @returns a signal that fires when the run is cancelled.
   * @throws LlmosError OVERLOADED when all places are taken, RATE_LIMITED when the tenant's are.
   */
  enter(run: string, { tenant, deadlineMs }: { tenant: string; deadlineMs: number }): AbortSignal {
    if (this.runs.size >= this.limits.total)
      throw new LlmosError('OVERLOADED', 'As many calls as can be answered are under way. Try again a little later.');
    const isLong = deadlineMs > LONG_MS;
    this.requireShare(tenant, isLong);
    const controller = new AbortController();
    this.runs.set(run, { tenant, isLong, controller });
    return controller.signal;
  }

  leave(run: string): void {
    this.runs.delete(run);
  }

  /** @returns false when this tenant has no such run. */
  cancel(tenant: string, run: string): boolean {
    const live = this.runs.get(run);
    if (live?.tenant !== tenant) return false;
    live.controller.abort();
    return true;
  }

  private requireShare(tenant: string, isLong: boolean): void {
    const own = [...this.runs.values()].filter((live) => live.tenant === tenant);
    if (own.length >= this.limits.perTenant)
      throw new LlmosError(
        'RATE_LIMITED',
        `This tenant has ${own.length} calls under way, which is its share. Try again when one has been answered.`,
      );
    if (isLong && own.filter((live) => live.isLong).length >= MOST_LONG_PER_TENANT)
      throw new LlmosError(
        'RATE_LIMITED',
        `This tenant waits for ${MOST_LONG_PER_TENANT} long pipelines, the most at once. Send more to /v1/runs.`,
      );
  }
}
