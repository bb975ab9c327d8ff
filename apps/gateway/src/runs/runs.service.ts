import {
  isTerminal,
  LlmosError,
  runBeganAtMs,
  type Answer,
  type Pipeline,
  type RunContext,
  type RunRecord,
  type TerminalAnswer,
} from '@llmos/contracts';
import { Bus, CONFIG, hasEnded, MeshClient, RunRecords, terminalAnswerOf, withTerminalAnswer } from '@llmos/mesh';
import { checkInput } from '@llmos/pipeline';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { AvailabilityService } from '../availability.service.js';
import type { GatewayConfig } from '../gateway.config.js';
import { ThrottleService } from '../throttle/throttle.service.js';
import { LiveRuns } from './live-runs.js';
import { RunKeys } from './run-keys.js';

/** A run to be started, whichever way it came in: over HTTP, as an event or from a schedule. */
export interface StartRun {
  /** Made with {@link RunsService.newRun}. */
  readonly run: string;
  readonly caller: Caller;
  /** The address that the request came from, where it is known. */
  readonly address?: string | undefined;
  /** The role that it needs has been checked. */
  readonly pipeline: Pipeline;
  readonly fields: Record<string, unknown>;
  readonly traceparent: string;
  /**
   * Repeated requests of a tenant with the same key are one run: the first. `key:` precedes an `Idempotency-Key`,
   * `event:` the source and id of an event.
   */
  readonly key?: string | undefined;
  readonly correlationId?: string;
}

/** Starts runs, follows them and cancels them: every run of a caller goes through here. */
@Injectable()
export class RunsService {
  private readonly live: LiveRuns;
  private readonly keys: RunKeys;

  constructor(
    private readonly bus: Bus,
    private readonly client: MeshClient,
    private readonly records: RunRecords,
    private readonly availability: AvailabilityService,
    private readonly throttle: ThrottleService,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {
    const { maxLiveRuns: total, maxLiveRunsPerTenant = Math.ceil(total / 2), apiKeys } = config;
    this.live = new LiveRuns({ total, perTenant: apiKeys.size === 0 ? total : maxLiveRunsPerTenant });
    this.keys = new RunKeys(bus);
  }

  newRun(): string {
    return this.client.newRun();
  }

  /** Starts a durable run and returns its id. When this returns, its first task is stored and cannot be lost. */
  async start(request: StartRun): Promise<string> {
    const { caller, address, pipeline, fields, key, traceparent, correlationId } = request;
    const input = checkInput(pipeline, fields);
    const run = key === undefined ? request.run : await this.keys.runOf({ ...request, key });
    const startedAtMs = Date.now();
    const deadlineMs = startedAtMs + this.config.durableDeadlineMs;
    const context: RunContext = { run, tenant: caller.tenant, lane: 'durable', deadlineMs };
    this.throttle.observeEnd(run, { caller, address, pipeline: pipeline.name, startedAtMs });
    const isRepeated = run !== request.run;
    const own = { isRepeated, ...(correlationId ? { correlationId } : {}) };
    await this.client.start({ ...context, pipeline, input, traceparent, ...own });
    return run;
  }

  /**
   * Starts a live run and waits for its terminal answer.
   *
   * @param onPart receives the answers before the terminal one.
   * @param signal cancels the run.
   * @throws LlmosError if the run cannot be started.
   */
  async execute(
    { run, caller, pipeline, fields, traceparent }: StartRun,
    { signal, onPart }: { signal: AbortSignal; onPart: (answer: Answer) => void },
  ): Promise<TerminalAnswer> {
    const { tenant } = caller;
    const input = checkInput(pipeline, fields);
    const passOver = this.availability.admit(pipeline, input);
    const cancelled = this.live.enter(run, { tenant, pipeline });
    const context: RunContext = { run, tenant, lane: 'live', deadlineMs: Date.now() + pipeline.deadlineMs };
    try {
      const request = { ...context, pipeline, input, traceparent, passOver };
      const onAnswer = (answer: Answer) => {
        if (!isTerminal(answer)) onPart(answer);
      };
      return await this.client.converse(request, onAnswer, AbortSignal.any([signal, cancelled]));
    } finally {
      this.live.leave(run);
    }
  }

  /** The answers of a run, up to the terminal one, each with its sequence number in the stream of answers. */
  async *follow(
    record: RunRecord,
    { afterSequence, signal }: { afterSequence?: number; signal: AbortSignal },
  ): AsyncGenerator<{ answer: Answer; sequence?: number }> {
    const ended = hasEnded(record);
    let complete = false;
    for await (const next of this.bus.readAnswers(record.run, {
      ...(afterSequence ? { afterSequence } : {}),
      follow: !ended,
      signal,
    })) {
      complete = isTerminal(next.answer);
      yield next;
    }
    // Answers are kept for minutes, the record for days.
    if (ended && !complete) yield { answer: terminalAnswerOf(record) };
  }

  /** @throws LlmosError NOT_FOUND, also for a run of another tenant. */
  async find({ tenant }: Caller, run: string): Promise<RunRecord> {
    const record = (await this.records.get(tenant, run)) ?? (await this.recordFromAnswers(tenant, run));
    if (!record) throw new LlmosError('NOT_FOUND', 'There is no such run, or it is no longer kept.', { field: 'id' });
    return record;
  }

  /** Cancels a run and returns its record. A run that has ended stays as it is. */
  async cancel(caller: Caller, run: string): Promise<RunRecord> {
    const { tenant } = caller;
    const live = this.live.cancel(tenant, run);
    if (live) return { ...liveRecord(tenant, run, live.pipeline.name), status: 'cancelled' };
    const record = await this.find(caller, run);
    if (hasEnded(record)) return record;
    if (record.lane === 'live') {
      this.bus.cancel(run);
      return { ...record, status: 'cancelled' };
    }
    await this.client.cancel(record);
    return this.find(caller, run);
  }

  /** Live runs have no stored record. It is derived from their answers, which are kept for minutes. */
  private async recordFromAnswers(tenant: string, run: string): Promise<RunRecord | undefined> {
    let record: RunRecord | undefined;
    for await (const { answer, tenant: owner, pipeline } of this.bus.readAnswers(run, { follow: false })) {
      if (owner !== tenant) return undefined;
      record ??= liveRecord(tenant, run, pipeline);
      if (answer.type === 'step') record = { ...record, steps: [...record.steps, answer.timing] };
      else if (isTerminal(answer)) record = withTerminalAnswer(record, answer);
    }
    return record;
  }
}

function liveRecord(tenant: string, run: string, pipeline: string): RunRecord {
  const createdAt = new Date(runBeganAtMs(run)).toISOString();
  return { run, tenant, pipeline, lane: 'live', status: 'running', steps: [], createdAt };
}
