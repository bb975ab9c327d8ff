import type { Bus, KvBucket, PackedAnswer } from '@llmos/bus';
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
import { peekRecord, RecordCodec, type RecordSealer } from './record-codec.js';

const DAYS_7_MS = 7 * 24 * 3_600_000;

/**
 * The record of each durable run, kept for seven days. It lists the finished steps, for tasks that are delivered again
 * after the stream has forgotten their ids, and answers `GET /v1/runs/{id}`. The outcome is sealed with the tenant's key.
 */
export class RunRecords {
  private constructor(
    private readonly bucket: KvBucket,
    private readonly codec: RecordCodec,
  ) {}

  /** @param sealer seals outcomes. Without it records are stored as they are. */
  static async open(bus: Bus, sealer?: RecordSealer): Promise<RunRecords> {
    const bucket = await bus.kv(BUCKETS.runs, { ttlMs: DAYS_7_MS, storage: 'file' });
    return new RunRecords(bucket, new RecordCodec(bus.blobs, sealer));
  }

  /** @throws LlmosError NOT_FOUND if the record exists and the key of its tenant was destroyed. */
  async get(tenant: string, run: string): Promise<RunRecord | undefined> {
    const entry = await this.bucket.get(`${tenant}.${run}`);
    return entry && this.codec.decode(entry.value);
  }

  /** The progress of a run. Its outcome is not opened. */
  async peek(tenant: string, run: string): Promise<RunRecord | undefined> {
    const entry = await this.bucket.get(`${tenant}.${run}`);
    return entry && peekRecord(entry.value);
  }

  /** Writes a record, unless the stored one is further on: it has ended, or has more steps than this one. */
  async put(record: RunRecord): Promise<void> {
    await this.write(record);
  }

  /**
   * Writes the record of a run that has ended. The first terminal answer stands.
   *
   * @param packed the terminal answer, if it was encoded already.
   * @returns the record that stands: this one, or the stored one that is further on.
   */
  async end(record: RunRecord, packed?: PackedAnswer): Promise<RunRecord> {
    const further = await this.write(record, packed);
    return further ? this.standing(further) : record;
  }

  /** @returns the stored record if it is further on, still encoded, and this one was not written. */
  private async write(record: RunRecord, packed?: PackedAnswer): Promise<Uint8Array | undefined> {
    let further: Uint8Array | undefined;
    await this.bucket.change(`${record.tenant}.${record.run}`, (stored) => {
      further = stored && isFurther(peekRecord(stored), record) ? stored : undefined;
      return further ? undefined : this.codec.encode(record, packed);
    });
    return further;
  }

  /** After the key of the tenant was destroyed, the record says that the run ended, without its outcome. */
  private async standing(value: Uint8Array): Promise<RunRecord> {
    try {
      return await this.codec.decode(value);
    } catch (error) {
      if (hasCode(error, 'NOT_FOUND')) return peekRecord(value);
      throw error;
    }
  }
}

function isFurther(standing: RunRecord, record: RunRecord): boolean {
  return hasEnded(standing) || (!hasEnded(record) && standing.steps.length > record.steps.length);
}

/** Whether the run has a terminal answer. */
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
      throw new Error(`run ${record.run} is ${record.status}: it has not ended`);
  }
}
