import { encodeBody, type KvBucket } from '@llmos/bus';
import { Bus, MeshClient, RunRecords, withTerminalAnswer, CONFIG, hasEnded } from '@llmos/mesh';
import {
  isRunId,
  LlmosError,
  newRunId,
  runBeganAtMs,
  type Pipeline,
  type RunContext,
  type RunRecord,
} from '@llmos/contracts';
import { checkInput } from '@llmos/pipeline';
import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { ConversationsService } from './conversations.service.js';
import type { GatewayConfig } from '../gateway.config.js';
import { PipelinesService } from '../pipelines.service.js';

const DAY_MS = 24 * 3_600_000;

/** Runs that nobody waits for: accepted once, then looked at, followed or cancelled. */
@Injectable()
export class RunsService {
  private keys: Promise<KvBucket> | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly client: MeshClient,
    private readonly records: RunRecords,
    private readonly pipelines: PipelinesService,
    private readonly conversations: ConversationsService,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  /**
   * Accepts a durable run: when this returns its first task is stored.
   *
   * @param run given when the caller's event decides the id (the same event, the same run).
   */
  async accept(request: {
    pipeline: Pipeline;
    fields: Record<string, unknown>;
    tenant: string;
    traceparent: string;
    run?: string;
    correlationId?: string;
  }): Promise<string> {
    const { pipeline, tenant, traceparent, correlationId } = request;
    const input = checkInput(pipeline, request.fields);
    const run = request.run ?? newRunId();
    const context: RunContext = {
      run,
      tenant,
      lane: 'durable',
      deadlineMs: Date.now() + this.config.durableDeadlineMs,
    };
    await this.client.start({ ...context, pipeline, input, traceparent, ...(correlationId ? { correlationId } : {}) });
    return run;
  }

  /**
   * The run that a key (or an event's source and id) stands for, kept for a day: a new id the first time, then the same.
   *
   * @throws LlmosError CONFLICT when it was used for another request.
   */
  async runOfKey(tenant: string, key: string, request: unknown): Promise<{ run: string }> {
    const bucket = await this.openKeys();
    const name = `${tenant}.${sha256(key)}`;
    const mine = { run: newRunId(), request: sha256(encodeBody(request).body) };
    try {
      await bucket.update(name, new TextEncoder().encode(JSON.stringify(mine)), 0);
      return mine;
    } catch (error) {
      const stored = await bucket.get(name);
      if (!stored) throw error;
      const theirs = JSON.parse(new TextDecoder().decode(stored.value)) as typeof mine;
      if (theirs.request !== mine.request)
        throw new LlmosError('CONFLICT', 'This key or event id was used for another request.', { field: 'id' });
      return theirs;
    }
  }

  private openKeys(): Promise<KvBucket> {
    this.keys ??= this.bus.kv('llmos-idempotency', { ttlMs: DAY_MS }).catch((error: unknown) => {
      this.keys = undefined;
      throw error;
    });
    return this.keys;
  }

  /** @throws LlmosError NOT_FOUND, also for another tenant's run. */
  async find(tenant: string, run: string): Promise<RunRecord> {
    if (!isRunId(run)) throw new LlmosError('INVALID_ARGUMENT', 'This is not a run id.', { field: 'id' });
    const record = (await this.records.get(tenant, run)) ?? (await this.liveRecord(tenant, run));
    if (!record) throw new LlmosError('NOT_FOUND', 'There is no such run, or it is no longer kept.', { field: 'id' });
    return record;
  }

  /** Cancels a run that is not over yet; one that is stays as it is. */
  async cancel(tenant: string, run: string): Promise<RunRecord> {
    if (isRunId(run) && this.conversations.cancel(tenant, run)) {
      return {
        run,
        tenant,
        pipeline: '',
        lane: 'live',
        status: 'cancelled',
        steps: [],
        createdAt: new Date().toISOString(),
      };
    }
    const record = await this.find(tenant, run);
    if (hasEnded(record)) return record;
    const context: RunContext = { run, tenant, lane: record.lane, deadlineMs: Date.now() + 10_000 };
    if (record.lane === 'durable')
      await this.client.cancel(context, { pipeline: this.pipelines.get(record.pipeline, 'id'), timings: record.steps });
    else this.bus.cancel(run);
    return record.lane === 'durable' ? this.find(tenant, run) : { ...record, status: 'cancelled' };
  }

  /** A live run leaves no record; for a few minutes its answers tell the same. */
  private async liveRecord(tenant: string, run: string): Promise<RunRecord | undefined> {
    let record: RunRecord | undefined;
    for await (const { answer, tenant: owner } of this.bus.readAnswers(run, { follow: false })) {
      if (owner !== tenant) return undefined;
      record ??= {
        run,
        tenant,
        pipeline: '',
        lane: 'live',
        status: 'running',
        steps: [],
        createdAt: new Date(runBeganAtMs(run)).toISOString(),
      };
      if (answer.type === 'step') record = { ...record, steps: [...record.steps, answer.timing] };
      else if (answer.type !== 'delta') record = withTerminalAnswer(record, answer);
    }
    return record;
  }
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
