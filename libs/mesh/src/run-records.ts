import { RUNS_KEPT_MS, type Bus, type KvBucket, type PackedAnswer } from '@llmos/bus';
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
import { encodeProgress, peekRecord, RecordCodec, type RecordSealer } from './record-codec.js';

const HOUR_MS = 3_600_000;
/** Longer than an accepted run may take; the gateway says how long exactly. */
const PROGRESS_MS = 24.25 * HOUR_MS;

/**
 * The record of each durable run, as `GET /v1/runs/{id}` shows it. How a run ended is kept for as long as the gateway's
 * settings say, on the disk of the broker before the result is published, its outcome sealed with the tenant's key. Until
 * then the record is the progress of the run: what the task says that was received last. No run waits for it, and a crash
 * of the broker can lose the last of it, until the next step begins.
 */
export class RunRecords {
  private constructor(
    private readonly ended: KvBucket,
    private readonly progress: KvBucket,
    private readonly codec: RecordCodec,
  ) {}

  /** @param sealer seals outcomes. Without it records are stored as they are. */
  static async open(bus: Bus, sealer?: RecordSealer): Promise<RunRecords> {
    const [ended, progress] = await Promise.all([
      bus.kv(BUCKETS.runs, { ttlMs: RUNS_KEPT_MS, storage: 'file' }),
      bus.kv(BUCKETS.progress, { ttlMs: PROGRESS_MS, isRelaxed: true }),
    ]);
    return new RunRecords(ended, progress, new RecordCodec(bus.blobs, sealer));
  }

  /** @throws LlmosError NOT_FOUND if the record exists and the key of its tenant was destroyed. */
  async get(tenant: string, run: string): Promise<RunRecord | undefined> {
    const value = await this.find(tenant, run);
    return value && this.codec.decode(value);
  }

  /** The progress of a run. Its outcome is not opened. */
  async peek(tenant: string, run: string): Promise<RunRecord | undefined> {
    const value = await this.find(tenant, run);
    return value && peekRecord(value);
  }

  /** Writes the first progress of a run: it can be found when this returns. */
  async begin(record: RunRecord): Promise<void> {
    try {
      await this.progress.create(keyOf(record), encodeProgress(record));
    } catch (error) {
      // The run was begun before.
      if (!hasCode(error, 'CONFLICT')) throw error;
    }
  }

  /** Shows the progress of a run, without waiting for the broker. */
  show(record: RunRecord): void {
    this.progress.send(keyOf(record), encodeProgress(record));
  }

  /**
   * Writes the record of a run that has ended. The first terminal answer stands.
   *
   * @param packed the terminal answer, if it was encoded already.
   * @returns the record that stands: this one, or the stored one that is further on.
   */
  async end(record: RunRecord, packed?: PackedAnswer): Promise<RunRecord> {
    const value = await this.codec.encode(record, packed);
    try {
      await this.ended.create(keyOf(record), value);
      return record;
    } catch (error) {
      if (!hasCode(error, 'CONFLICT')) throw error;
      return this.endAfterAnother(record, value);
    }
  }

  private async find(tenant: string, run: string): Promise<Uint8Array | undefined> {
    const key = `${tenant}.${run}`;
    const last = (await this.ended.get(key))?.value;
    if (last && hasEnded(peekRecord(last))) return last;
    return (await this.progress.get(key))?.value ?? last;
  }

  /** There is a value: another end of the run, or its progress as earlier versions kept it. */
  private async endAfterAnother(record: RunRecord, value: Uint8Array): Promise<RunRecord> {
    let standing: Uint8Array | undefined;
    await this.ended.change(keyOf(record), (stored) => {
      standing = stored && hasEnded(peekRecord(stored)) ? stored : undefined;
      return standing ? undefined : value;
    });
    return standing ? this.standing(standing) : record;
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

function keyOf({ tenant, run }: RunRecord): string {
  return `${tenant}.${run}`;
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
