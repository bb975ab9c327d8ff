import { LlmosError, type Pipeline } from '@llmos/contracts';
import type { Floors } from '@llmos/resilience';
import { gauge } from '@llmos/telemetry';

/** A pipeline whose deadline is longer than this counts as long. */
const LONG_MS = 600_000;
const MAX_LONG_PER_TENANT = 4;

export interface LiveRunLimits {
  /** Live runs at once, of all tenants. */
  readonly total: number;
  /** Live runs at once, of one tenant. */
  readonly perTenant: number;
  /** What is kept for single tenants; by default nothing. */
  readonly floors?: Floors;
}

export interface LiveRun {
  readonly tenant: string;
  readonly pipeline: Pick<Pipeline, 'name' | 'deadlineMs'>;
}

const liveRuns = gauge('llmos_live_runs', 'Live runs that are being answered', []);

/** The live runs of this gateway, limited so that no tenant can take all the places. */
export class LiveRuns {
  private readonly runs = new Map<string, { readonly live: LiveRun; readonly controller: AbortController }>();

  /** @param onWaiting receives how many callers wait for runs that are not long. */
  constructor(
    private readonly limits: LiveRunLimits,
    private readonly onWaiting: (count: number) => void = () => undefined,
  ) {}

  /**
   * Takes a place for a run until `leave`.
   *
   * @returns a signal that aborts when the run is cancelled.
   * @throws LlmosError OVERLOADED if all places are taken, RATE_LIMITED if those of the tenant are.
   */
  enter(run: string, live: LiveRun): AbortSignal {
    if (this.isFullFor(live.tenant))
      throw new LlmosError('OVERLOADED', 'The gateway answers as many calls as it can. Try again a little later.');
    this.requireShare(live);
    const controller = new AbortController();
    this.runs.set(run, { live, controller });
    this.tell();
    return controller.signal;
  }

  leave(run: string): void {
    this.runs.delete(run);
    this.tell();
  }

  /** Cancels a run and returns it, or undefined if this tenant has no such run. */
  cancel(tenant: string, run: string): LiveRun | undefined {
    const found = this.runs.get(run);
    if (found?.live.tenant !== tenant) return undefined;
    found.controller.abort();
    return found.live;
  }

  private tell(): void {
    liveRuns.set(this.runs.size);
    this.onWaiting([...this.runs.values()].filter(({ live }) => !isLong(live.pipeline)).length);
  }

  private isFullFor(tenant: string): boolean {
    const { total, floors } = this.limits;
    if (this.runs.size >= total || !floors) return this.runs.size >= total;
    const taken = (of: string) => [...this.runs.values()].filter(({ live }) => live.tenant === of).length;
    return (
      taken(tenant) >= floors.of(tenant, total) && this.runs.size + floors.leftToOthers(tenant, total, taken) >= total
    );
  }

  private requireShare({ tenant, pipeline }: LiveRun): void {
    const own = [...this.runs.values()].map(({ live }) => live).filter((live) => live.tenant === tenant);
    if (own.length >= Math.max(this.limits.perTenant, this.limits.floors?.of(tenant, this.limits.total) ?? 0))
      throw new LlmosError(
        'RATE_LIMITED',
        `This tenant has ${own.length} calls in progress, which is its limit. Try again when one has been answered.`,
      );
    if (isLong(pipeline) && own.filter((live) => isLong(live.pipeline)).length >= MAX_LONG_PER_TENANT)
      throw new LlmosError(
        'RATE_LIMITED',
        `This tenant waits for ${MAX_LONG_PER_TENANT} long pipelines, the most at once. Send more to /v1/runs.`,
      );
  }
}

function isLong({ deadlineMs }: LiveRun['pipeline']): boolean {
  return deadlineMs > LONG_MS;
}
