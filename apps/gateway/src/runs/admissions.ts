import type { LlmosError, Pipeline, TenantFigures, TerminalAnswer } from '@llmos/contracts';
import { Admission, RefusedError, type Floors, type Measured, type Place, type Refusal } from '@llmos/resilience';
import { counter, gauge, secondsHistogram } from '@llmos/telemetry';
import { RetryLaterError } from '../http/errors.js';

const metrics = {
  queueAge: secondsHistogram('llmos_admission_wait_seconds', 'How long live runs waited at the gateway to start', []),
  refused: counter(
    'llmos_admission_refused_total',
    'Live runs that were refused: by reason, and whether their tenant had more than an equal share',
    ['reason', 'tenant_class'],
  ),
  oldest: gauge('llmos_admission_oldest_seconds', 'How long the live run has waited that waits longest', []),
  waiting: gauge('llmos_admission_waiting', 'Live runs that wait at the gateway to start', []),
  places: gauge('llmos_admission_places', 'Live runs of a pipeline that may be in progress at once', ['pipeline']),
};

/** A heartbeat has the figures of no more tenants. */
const MOST_TENANTS = 20;
/** A step that took no longer than this from its publication to its handler has not waited. */
const HOP_MS = 10;

/** A live run that wants to start. */
export interface Applicant {
  readonly tenant: string;
  readonly pipeline: Pick<Pipeline, 'name'>;
  readonly priority: number;
  readonly deadlineMs: number;
}

/** Admits the live runs of this gateway, each pipeline by itself: see {@link Admission}. */
export class Admissions {
  private readonly byPipeline = new Map<string, Admission>();

  constructor(
    private readonly maxPlaces: number,
    private readonly floors?: Floors,
  ) {}

  /**
   * Does the work of a run when it is its turn.
   *
   * @throws RetryLaterError RATE_LIMITED (the tenant's share), OVERLOADED (our capacity) or DEADLINE_EXCEEDED.
   */
  async run(applicant: Applicant, signal: AbortSignal, work: () => Promise<TerminalAnswer>): Promise<TerminalAnswer> {
    const { tenant, priority, deadlineMs } = applicant;
    const admission = this.of(applicant.pipeline.name);
    let place: Place;
    try {
      place = await admission.enter({ owner: { lane: 'live', tenant }, priority, deadlineMs }, signal);
    } catch (error) {
      if (error instanceof RefusedError) throw refused(error.refusal, applicant);
      throw error;
    } finally {
      this.report(applicant.pipeline.name);
    }
    metrics.queueAge.observe(place.waitedMs / 1_000);
    let answer: TerminalAnswer | undefined;
    try {
      return (answer = await work());
    } finally {
      place.leave(answer && measuredOf(answer));
      this.report(applicant.pipeline.name);
    }
  }

  /** The live runs of the tenants that have the most of them. */
  tenants(): Record<string, TenantFigures> {
    const sums = new Map<string, TenantFigures>();
    for (const { byTenant } of this.byPipeline.values())
      for (const [tenant, { running, waiting }] of byTenant) {
        const sum = sums.get(tenant);
        sums.set(tenant, { running: running + (sum?.running ?? 0), waiting: waiting + (sum?.waiting ?? 0) });
      }
    const size = ({ running, waiting }: TenantFigures) => running + waiting;
    return Object.fromEntries([...sums].sort(([, a], [, b]) => size(b) - size(a)).slice(0, MOST_TENANTS));
  }

  private of(pipeline: string): Admission {
    const known = this.byPipeline.get(pipeline) ?? new Admission(this.maxPlaces, undefined, this.floors);
    this.byPipeline.set(pipeline, known);
    return known;
  }

  private report(pipeline: string): void {
    const all = [...this.byPipeline.values()];
    metrics.places.set({ pipeline }, this.of(pipeline).places);
    metrics.waiting.set(all.reduce((sum, { waiting }) => sum + waiting, 0));
    metrics.oldest.set(Math.max(...all.map(({ oldestMs }) => oldestMs)) / 1_000);
  }
}

/** Nothing for a run that did not complete: how long a failure takes says nothing of the next run. */
function measuredOf(answer: TerminalAnswer): Measured | undefined {
  if (answer.type !== 'completed' || answer.timings.length === 0) return undefined;
  let [queueMs, workMs] = [0, 0];
  for (const timing of answer.timings) {
    queueMs += Math.max(0, timing.queueMs - HOP_MS);
    workMs += timing.handlerMs;
  }
  return { queueMs, workMs };
}

function refused({ reason, retryAfterMs }: Refusal, { pipeline }: Applicant): LlmosError {
  metrics.refused.inc({ reason, tenant_class: reason === 'share' ? 'over_share' : 'within_share' });
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  if (reason === 'share')
    return new RetryLaterError(
      'RATE_LIMITED',
      `This tenant has more than its share of the runs of '${pipeline.name}' waiting, and this one would come too late. Try again in ${seconds} s.`,
      seconds,
    );
  if (reason === 'capacity')
    return new RetryLaterError(
      'OVERLOADED',
      `So many runs of '${pipeline.name}' wait that this one would come too late. Try again in ${seconds} s.`,
      seconds,
    );
  return new RetryLaterError(
    'DEADLINE_EXCEEDED',
    `The run was not started: it would not have ended by its deadline. Try again in ${seconds} s, or allow more time.`,
    seconds,
  );
}
