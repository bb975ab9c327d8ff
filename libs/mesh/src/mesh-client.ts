import type { Bus } from '@llmos/bus';
import {
  isTerminal,
  LlmosError,
  toLlmosError,
  type Answer,
  type Pipeline,
  type RunContext,
  type RunRecord,
  type Task,
  type TerminalAnswer,
} from '@llmos/contracts';
import { steadyNow } from '@llmos/resilience';
import { Injectable } from '@nestjs/common';
import type { Breakers } from './breakers.js';
import { Forwarder } from './forward.js';
import type { Replicas } from './routing/replicas.js';
import { recordOf, type RunRecords } from './run-records.js';
import { WaitingRuns } from './waiting-runs.js';

/** How long the terminal answer of a cancelled run may take to be published, in milliseconds. */
const CANCEL_MS = 10_000;
/** A caller is refused if the broker does not take his run within this time: it has lost its quorum, or restarts. */
const ACCEPT_MS = 1_900;

export interface RunRequest extends RunContext {
  readonly pipeline: Pipeline;
  /** Checked by the pipeline's own input definition. */
  readonly input: Record<string, unknown>;
  readonly traceparent: string | undefined;
  readonly correlationId?: string;
  /** Tokens that language models may read and write, in all steps together. */
  readonly maxTotalTokens?: number | undefined;
  /** Ids of optional steps (`onError: continue`) that no ready service provides: the run is degraded from the start. */
  readonly passOver?: readonly string[];
  /** A durable run that may have been started before. */
  readonly isRepeated?: boolean;
}

/** Starts runs and receives their answers. */
@Injectable()
export class MeshClient {
  private readonly forwarder: Forwarder;
  private readonly waiting: WaitingRuns;

  constructor(
    private readonly bus: Bus,
    readonly records: RunRecords,
    breakers?: Breakers,
    /** Without them every task is for all replicas. */
    replicas?: Replicas,
  ) {
    this.forwarder = new Forwarder(bus, records, breakers, replicas);
    this.waiting = new WaitingRuns(bus);
  }

  /** The id of a run that {@link converse} can start. */
  newRun(): string {
    return this.bus.newRunId();
  }

  /**
   * Publishes the first task. When this returns the run is in a stream: a durable one will not be lost, and its record can
   * be found. Starting a durable run again, which had been accepted before, changes nothing: within some minutes the
   * stream knows its id, and with `isRepeated` its record is looked up.
   *
   * @throws LlmosError OVERLOADED or UNAVAILABLE when it was not accepted.
   */
  async start(request: RunRequest): Promise<void> {
    const { pipeline, input, traceparent, correlationId, maxTotalTokens, passOver = [] } = request;
    const task: Task = {
      pipeline,
      index: 0,
      input,
      outputs: {},
      timings: [],
      degraded: [...passOver],
      ...(correlationId ? { correlationId } : {}),
      ...(maxTotalTokens ? { tokens: { max: maxTotalTokens, used: 0 } } : {}),
    };
    const { run, tenant, lane, deadlineMs } = request;
    const acceptByMs = steadyNow() + ACCEPT_MS;
    const pipelineName = pipeline.name;
    const context = { run, tenant, lane, deadlineMs, acceptByMs, pipelineName, isRepeated: request.isRepeated };
    if (request.isRepeated && (await this.wasStarted(context, task))) return;
    const begun = lane === 'durable' ? this.records.begin(recordOf(context, task, [], 'accepted')) : undefined;
    // Whether the run is accepted depends on its task alone: any of its steps shows the record again.
    await Promise.all([this.forwarder.forward(context, task, 0, traceparent), begun?.catch(() => undefined)]);
  }

  /**
   * Starts a live run and waits for its terminal answer. If the broker restarts meanwhile, which loses live tasks, the run
   * starts again with the same id; it fails with UNAVAILABLE if the caller has parts of its answer already, or if the
   * broker stays away.
   *
   * @param onAnswer receives every answer, the terminal one included.
   * @param signal stops the waiting and cancels the run.
   */
  async converse(
    request: RunRequest,
    onAnswer: (answer: Answer) => void,
    signal: AbortSignal,
  ): Promise<TerminalAnswer> {
    if (signal.aborted) return { type: 'cancelled' };
    let settle: (answer: TerminalAnswer) => void = () => undefined;
    const ended = new Promise<TerminalAnswer>((resolve) => (settle = resolve));
    let hasParts = false;
    const receive = (answer: Answer) => {
      hasParts ||= answer.type === 'delta';
      onAnswer(answer);
      if (isTerminal(answer)) settle(answer);
    };
    const listening = this.bus.listen(request.run, receive);
    const fail = (error: unknown) => settle({ type: 'failed', error: toLlmosError(error).toBody() });
    const leave = this.waiting.add({
      fail,
      resume: () => {
        if (hasParts) fail(new LlmosError('UNAVAILABLE', 'The message broker was restarted. Ask again.'));
        else this.resume(request, receive).catch(fail);
      },
    });
    // A little longer than the deadline: a worker that notices it publishes `expired` itself.
    const timer = setTimeout(() => settle({ type: 'expired' }), request.deadlineMs - steadyNow() + 250);
    const onAbort = () => {
      settle({ type: 'cancelled' });
      if (this.bus.usable) this.bus.signs.cancel(request.run);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([this.start(request).then(() => ended), ended]);
    } finally {
      leave();
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      listening.stop();
    }
  }

  private async wasStarted(context: RunContext, task: Task): Promise<boolean> {
    const known = await this.records.peek(context.tenant, context.run);
    if (known && known.status !== 'accepted') return true;
    return this.forwarder.hasGoneOn(context, task, -1);
  }

  /** Finds the terminal answer that nobody heard, or starts the run again, which changes nothing if its task is there. */
  private async resume(request: RunRequest, onTerminal: (answer: TerminalAnswer) => void): Promise<void> {
    for await (const { answer } of this.bus.readAnswers(request.run, { follow: false }))
      if (isTerminal(answer)) return onTerminal(answer);
    await this.start(request);
  }

  /** Cancels a durable run: its workers stop, and its terminal answer is `cancelled` unless it has one already. */
  async cancel({ run, tenant, lane, pipeline: name, steps }: RunRecord): Promise<void> {
    this.bus.signs.cancel(run);
    const context: RunContext = { run, tenant, lane, deadlineMs: steadyNow() + CANCEL_MS, pipelineName: name };
    await this.forwarder.endRun(context, { pipeline: { name }, timings: steps }, { type: 'cancelled' }, undefined);
  }
}
