import {
  isTerminal,
  LlmosError,
  runBeganAtMs,
  type Answer,
  type Pipeline,
  type RunContext,
  type RunRecord,
  type TenantFigures,
  type TerminalAnswer,
} from '@llmos/contracts';
import {
  Bus,
  CallersSign,
  CONFIG,
  hasEnded,
  MeshClient,
  RunRecords,
  terminalAnswerOf,
  withTerminalAnswer,
} from '@llmos/mesh';
import { checkInput } from '@llmos/pipeline';
import { Floors, steadyNow } from '@llmos/resilience';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { AvailabilityService } from '../availability.service.js';
import type { GatewayConfig } from '../gateway.config.js';
import { ThrottleService } from '../throttle/throttle.service.js';
import { Admissions } from './admissions.js';
import { LiveRuns } from './live-runs.js';
import type { RunWishes } from './run-headers.js';
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
  readonly wishes?: RunWishes | undefined;
  /** The answer is of no use after this time, in Unix milliseconds. */
  readonly expiresAtMs?: number | undefined;
}

type KeyedRun = StartRun & { readonly key: string };

interface RunListeners {
  readonly signal: AbortSignal;
  readonly onRun: (run: string) => void;
  readonly onPart: (answer: Answer) => void;
}

const NEVER = new AbortController().signal;
/** A run that is over ends within this time of its deadline. */
const LATE_MS = 1_000;

/** Another request with the same key was a little earlier. */
class UsedKey extends Error {
  constructor(readonly run: string) {
    super('the key is in use');
  }
}

/** Starts runs, follows them and cancels them: every run of a caller goes through here. */
@Injectable()
export class RunsService {
  private readonly live: LiveRuns;
  private readonly admissions: Admissions;
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
    const sign = new CallersSign(bus.signs, client.newRun());
    const floors = new Floors(config.tenantFloors);
    const limits = { total, floors, perTenant: apiKeys.size === 0 ? total : maxLiveRunsPerTenant };
    this.live = new LiveRuns(limits, (count) => sign.set(count));
    this.admissions = new Admissions(total, floors);
    this.keys = new RunKeys(bus);
  }

  /** For the heartbeat of this gateway. */
  tenants(): Record<string, TenantFigures> {
    return this.admissions.tenants();
  }

  newRun(): string {
    return this.client.newRun();
  }

  /** Starts a durable run and returns its id. When this returns, its first task is stored and cannot be lost. */
  async start(request: StartRun): Promise<string> {
    const { caller, address, pipeline, fields, key, traceparent, correlationId, wishes } = request;
    const input = checkInput(pipeline, fields);
    const run = key === undefined ? request.run : await this.keys.runOf({ ...request, key });
    const startedAtMs = Date.now();
    const deadlineMs = this.deadlineOf(request, this.config.durableDeadlineMs);
    const context: RunContext = { run, tenant: caller.tenant, lane: 'durable', deadlineMs };
    this.throttle.observeEnd(run, { caller, address, pipeline: pipeline.name, startedAtMs });
    const isRepeated = run !== request.run;
    const { maxTotalTokens } = wishes ?? {};
    const own = { isRepeated, maxTotalTokens, ...(correlationId ? { correlationId } : {}) };
    await this.client.start({ ...context, pipeline, input, traceparent, ...own });
    return run;
  }

  /**
   * Starts a live run and waits for its terminal answer. A repeated request with the same key receives the answers of
   * the first, unless that came to nothing: it was not started, or failed in a way that may pass.
   *
   * @param onRun receives the id of the run that answers.
   * @param onPart receives the answers before the terminal one.
   * @param signal cancels the run.
   * @throws LlmosError if the run cannot be started.
   */
  async execute(request: StartRun, on: RunListeners): Promise<TerminalAnswer> {
    const { key } = request;
    if (key === undefined) return this.executeNew(request, on);
    const keyed = { ...request, key };
    const first = await this.keys.find(keyed);
    return first === undefined ? this.executeFirst(keyed, on) : this.repeat(keyed, first, on);
  }

  /** The first run with a key. It goes on if its caller hangs up: he may have lost his connection, and ask again. */
  private async executeFirst(request: KeyedRun, on: RunListeners): Promise<TerminalAnswer> {
    let isOwn = false;
    let isFinal = false;
    const claim = async () => {
      const run = await this.keys.runOf(request);
      if (run !== request.run) throw new UsedKey(run);
      isOwn = true;
    };
    try {
      const answer = await this.executeNew(request, { ...on, signal: NEVER }, claim);
      isFinal = answer.type === 'completed' || (answer.type === 'failed' && !answer.error.retryable);
      return answer;
    } catch (error) {
      if (error instanceof UsedKey) return this.repeat(request, error.run, on);
      throw error;
    } finally {
      if (isOwn && !isFinal) await this.keys.free(request).catch(() => undefined);
    }
  }

  /** Answers as the run of an earlier request with the same key answers, or has answered. */
  private async repeat(request: KeyedRun, run: string, on: RunListeners): Promise<TerminalAnswer> {
    on.onRun(run);
    const { pipeline } = request;
    const untilMs = this.deadlineOf(request, pipeline.deadlineMs);
    const signal = AbortSignal.any([on.signal, AbortSignal.timeout(Math.max(1, untilMs - steadyNow()))]);
    const isOver = runBeganAtMs(run) + pipeline.deadlineMs + LATE_MS < Date.now();
    for await (const { answer } of this.bus.readAnswers(run, { follow: !isOver, signal })) {
      if (isTerminal(answer)) return answer;
      on.onPart(answer);
    }
    if (!isOver) return { type: on.signal.aborted ? 'cancelled' : 'expired' };
    throw new LlmosError('CONFLICT', 'The answer to this key is no longer kept. Send the request with a new key.', {
      field: 'Idempotency-Key',
    });
  }

  /** @param beforeStart is awaited when the run may start. */
  private async executeNew(
    request: StartRun,
    { signal, onPart }: RunListeners,
    beforeStart: () => Promise<void> = () => Promise.resolve(),
  ): Promise<TerminalAnswer> {
    const { run, caller, pipeline, fields, traceparent, wishes } = request;
    const { tenant } = caller;
    const input = checkInput(pipeline, fields);
    const passOver = this.availability.admit(pipeline, input);
    const cancelled = this.live.enter(run, { tenant, pipeline });
    const deadlineMs = this.deadlineOf(request, pipeline.deadlineMs);
    const context: RunContext = { run, tenant, lane: 'live', deadlineMs };
    try {
      const onAnswer = (answer: Answer) => {
        if (!isTerminal(answer)) onPart(answer);
      };
      const ended = AbortSignal.any([signal, cancelled]);
      const start = { ...context, pipeline, input, traceparent, passOver, maxTotalTokens: wishes?.maxTotalTokens };
      const work = async () => {
        await beforeStart();
        return this.client.converse(start, onAnswer, ended);
      };
      return await this.admissions.run({ tenant, pipeline, priority: wishes?.priority ?? 0, deadlineMs }, ended, work);
    } catch (error) {
      if (cancelled.aborted || signal.aborted) return { type: 'cancelled' };
      throw error;
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
      this.bus.signs.cancel(run);
      return { ...record, status: 'cancelled' };
    }
    await this.client.cancel(record);
    return this.find(caller, run);
  }

  /** The caller may want the answer sooner than the run may take, not later. */
  private deadlineOf({ wishes, expiresAtMs = Infinity }: StartRun, mostMs: number): number {
    const withinMs = Math.min(wishes?.withinMs ?? Infinity, mostMs);
    return Math.min(steadyNow() + withinMs, this.bus.clock.fromBroker(expiresAtMs));
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
