import type { Bus, KvBucket } from '@llmos/bus';
import {
  BUCKETS,
  hasCode,
  toLlmosError,
  type Pipeline,
  type RunContext,
  type RunRecord,
  type TerminalAnswer,
  type Timing,
} from '@llmos/contracts';
import { openRecord, peekRecord, sealRecord, type RecordSealer } from './run-record.sealed.js';

const DAYS_7_MS = 7 * 24 * 3_600_000;

/**
 * What is known of each durable run, kept for a week: says which steps are done when a task is delivered again after
 * the stream has forgotten its id, and answers `GET /v1/runs/{id}`. What a run said is sealed with its tenant's key.
 */
export class RunRecords {
  private constructor(
    private readonly bucket: KvBucket,
    private readonly sealer: RecordSealer | undefined,
  ) {}

  /** @param sealer seals what runs said; without it records are stored as they are. */
  static async open(bus: Bus, sealer?: RecordSealer): Promise<RunRecords> {
    return new RunRecords(await bus.kv(BUCKETS.runs, { ttlMs: DAYS_7_MS, storage: 'file' }), sealer);
  }

  /** @throws LlmosError NOT_FOUND when there is one whose tenant's key has been destroyed. */
  async get(tenant: string, run: string): Promise<RunRecord | undefined> {
    const entry = await this.bucket.get(`${tenant}.${run}`);
    return entry && openRecord(entry.value, this.sealer);
  }

  /** How far a run is; what it said is not read. */
  async peek(tenant: string, run: string): Promise<RunRecord | undefined> {
    const entry = await this.bucket.get(`${tenant}.${run}`);
    return entry && peekRecord(entry.value);
  }

  /** Writes a record, unless what is there is further on: a last word stands, and so do more steps than these. */
  async put(record: RunRecord): Promise<void> {
    await this.write(record);
  }

  /** As {@link put}, for who has to know what stands: this record, or the one that is further on. */
  async end(record: RunRecord): Promise<RunRecord> {
    const further = await this.write(record);
    return further ? this.standing(further) : record;
  }

  /** @returns the stored record if it is further on and this one was not written. It is opened only if it is needed. */
  private async write(record: RunRecord): Promise<Uint8Array | undefined> {
    let further: Uint8Array | undefined;
    await this.bucket.change(`${record.tenant}.${record.run}`, (stored) => {
      further = stored && isFurther(peekRecord(stored), record) ? stored : undefined;
      return further ? undefined : sealRecord(record, this.sealer);
    });
    return further;
  }

  /** Of a run whose tenant's key has been destroyed: that it ended, not what it said. */
  private async standing(value: Uint8Array): Promise<RunRecord> {
    try {
      return await openRecord(value, this.sealer);
    } catch (error) {
      if (hasCode(error, 'NOT_FOUND')) return peekRecord(value);
      throw error;
    }
  }
}

function isFurther(standing: RunRecord, record: RunRecord): boolean {
  return hasEnded(standing) || (!hasEnded(record) && standing.steps.length > record.steps.length);
}

/** Whether the run has said its last word. */
export function hasEnded({ status }: RunRecord): boolean {
  return status !== 'accepted' && status !== 'running';
}

/** A run id is a UUIDv7: its first 48 bits are when the run began. */
export function recordOf(
  context: RunContext,
  { pipeline }: { readonly pipeline: Pick<Pipeline, 'name'> },
  steps: readonly Timing[],
  status: RunRecord['status'] = 'running',
): RunRecord {
  return {
    run: context.run,
    tenant: context.tenant,
    pipeline: pipeline.name,
    lane: context.lane,
    status,
    steps: [...steps],
    createdAt: new Date(Number.parseInt(context.run.replaceAll('-', '').slice(0, 12), 16)).toISOString(),
  };
}

export function withTerminalAnswer(record: RunRecord, answer: TerminalAnswer): RunRecord {
  const outcome =
    answer.type === 'completed'
      ? { result: answer.result, details: answer.details, degraded: answer.degraded }
      : answer.type === 'failed'
        ? { error: answer.error }
        : {};
  return { ...record, status: answer.type, ...outcome };
}

/** The terminal answer of a run that has ended. */
export function terminalAnswerOf(record: RunRecord): TerminalAnswer {
  switch (record.status) {
    case 'completed':
      return {
        type: 'completed',
        result: record.result ?? '',
        details: record.details ?? {},
        timings: record.steps,
        degraded: record.degraded ?? [],
      };
    case 'failed':
      return { type: 'failed', error: record.error ?? toLlmosError(undefined).toBody() };
    case 'cancelled':
    case 'expired':
      return { type: record.status };
    default:
      throw new Error(`run ${record.run} is ${record.status}: it has not said its last word`);
  }
}
