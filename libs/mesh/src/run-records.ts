import type { Bus, KvBucket } from '@llmos/bus';
import {
  runRecordSchema,
  type RunContext,
  type RunRecord,
  type Task,
  type TerminalAnswer,
  type Timing,
} from '@llmos/contracts';

const BUCKET = 'llmos-runs';
const DAYS_7_MS = 7 * 24 * 3_600_000;

/**
 * What is known of each durable run, kept for a week: says which steps are done when a task is delivered again after
 * the stream has forgotten its id, and answers `GET /v1/runs/{id}`.
 */
export class RunRecords {
  private constructor(private readonly bucket: KvBucket) {}

  static async open(bus: Bus): Promise<RunRecords> {
    return new RunRecords(await bus.kv(BUCKET, { ttlMs: DAYS_7_MS, storage: 'file' }));
  }

  async get(tenant: string, run: string): Promise<RunRecord | undefined> {
    const entry = await this.bucket.get(`${tenant}.${run}`);
    return entry ? runRecordSchema.parse(JSON.parse(new TextDecoder().decode(entry.value))) : undefined;
  }

  async put(record: RunRecord): Promise<void> {
    await this.bucket.put(`${record.tenant}.${record.run}`, new TextEncoder().encode(JSON.stringify(record)));
  }
}

/** A run id is a UUIDv7: its first 48 bits are when the run began. */
export function recordOf(
  context: RunContext,
  task: Pick<Task, 'pipeline'>,
  steps: readonly Timing[],
  status: RunRecord['status'] = 'running',
): RunRecord {
  return {
    run: context.run,
    tenant: context.tenant,
    pipeline: task.pipeline.name,
    lane: context.lane,
    status,
    steps: [...steps],
    createdAt: new Date(Number.parseInt(context.run.replaceAll('-', '').slice(0, 12), 16)).toISOString(),
  };
}

export function concluded(record: RunRecord, answer: TerminalAnswer): RunRecord {
  const outcome =
    answer.type === 'completed'
      ? { result: answer.result, details: answer.details }
      : answer.type === 'failed'
        ? { error: answer.error }
        : {};
  return { ...record, status: answer.type, ...outcome };
}
