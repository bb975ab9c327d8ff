import type { Bus, PackedAnswer } from '@llmos/bus';
import { hasCode, type Pipeline, type RunContext, type Task, type TerminalAnswer } from '@llmos/contracts';
import { nextStep, prune, resultOf, stepInput, stepOf } from '@llmos/pipeline';
import { BreakerOpenError } from '@llmos/resilience';
import { activeTraceparent, SpanKind, withSpan, type Span } from '@llmos/telemetry';
import { Breakers } from './breakers.js';
import { taskMetrics } from './metrics.js';
import { prefixOf } from './routing/prefix.js';
import type { Replicas } from './routing/replicas.js';
import { canPassOver, passOver } from './task/pass-over.js';
import { toWire } from './task-wire.js';
import { withTerminalAnswer, terminalAnswerOf, recordOf, type RunRecords } from './run-records.js';

/** How long a task that tries whether its capability works again may wait for a worker. */
const HANDED_MS = 5_000;

/** Publishes what follows a step: the next task or the terminal answer. A repetition has no further effect. */
export class Forwarder {
  constructor(
    private readonly bus: Bus,
    private readonly records: RunRecords,
    /** By default they are not shared with other processes. */
    readonly breakers: Breakers = new Breakers(),
    /** Without them every task is for all replicas. */
    private readonly replicas?: Replicas,
  ) {}

  /** Publishes the first step of `task` to be executed, from step `from` on, or ends the run if there is none. */
  async forward(context: RunContext, task: Task, from: number, traceparent: string | undefined): Promise<void> {
    const index = nextStep(task.pipeline, from, task);
    if (index === undefined) {
      const { result, details } = resultOf(task);
      await this.endRun(
        context,
        task,
        { type: 'completed', result, details, timings: task.timings, degraded: task.degraded },
        traceparent,
      );
      return;
    }
    await this.handOn(context, { ...task, ...prune(task, index), index }, `${index}`, traceparent);
  }

  /**
   * Whether the tasks after step `index` of a run, or its terminal answer, were published: the step is done. The stream
   * knows the ids of the tasks for some minutes, and longer those of tasks that wait; the record says how a durable run
   * ended.
   */
  async hasGoneOn(context: RunContext, { pipeline, isFallback }: Task, index: number): Promise<boolean> {
    const asks: Promise<boolean>[] = context.lane === 'live' ? [this.bus.runs.hasTerminal(context)] : [];
    pipeline.steps.forEach(({ uses, fallback }, place) => {
      if (place > index) asks.push(this.bus.runs.hasTask(context, uses, `${place}`));
      const isLater = place > index || (place === index && !isFallback);
      if (isLater && fallback && 'uses' in fallback) {
        asks.push(this.bus.runs.hasTask(context, fallback.uses, `${place}:fallback`));
      }
    });
    return (await Promise.all(asks)).includes(true);
  }

  /** Publishes the task of the same step for the capability that is its fallback. */
  fallBack(context: RunContext, task: Task, traceparent: string | undefined): Promise<void> {
    return this.handOn(context, { ...task, isFallback: true }, `${task.index}:fallback`, traceparent);
  }

  /**
   * Publishes a task, if the breaker of its capability lets it through. Nobody waits where a live task would fail: its
   * run goes on without the step, or ends.
   */
  private async handOn(context: RunContext, task: Task, place: string, traceparent: string | undefined): Promise<void> {
    const step = stepOf(task);
    const breaker = this.breakers.of(step.uses);
    const admission = context.lane === 'live' ? await breaker.admit(HANDED_MS) : undefined;
    if (admission?.type === 'refused') {
      if (canPassOver(step))
        return passOver({ envelope: { ...context, traceparent }, task, step }, { forwarder: this }, 'open');
      const error = new BreakerOpenError(`'${step.uses}'`, admission.retryAfterMs).toBody();
      return this.endRun(context, task, { type: 'failed', error, step: step.id }, traceparent);
    }
    const probe = admission?.type === 'probe' ? admission.claimed : undefined;
    try {
      await this.send(context, { ...task, probe }, { capability: step.uses, place }, traceparent);
    } catch (error) {
      if (admission) breaker.settle(admission, 'neutral');
      throw error;
    }
  }

  /**
   * Ends a run exactly once. For a durable run the record decides: the first terminal answer that is written there is
   * the one that is published.
   */
  async endRun(
    context: RunContext,
    task: Pick<Task, 'timings' | 'correlationId'> & { readonly pipeline: Pick<Pipeline, 'name'> },
    answer: TerminalAnswer,
    traceparent: string | undefined,
  ): Promise<void> {
    const packed = await this.pack(context, answer);
    if (context.lane === 'live') return this.bus.runs.publishTerminal(context, packed, traceparent);
    const record = withTerminalAnswer(recordOf(context, task, task.timings), packed.answer);
    const standing = await this.records.end(record, packed);
    const terminal = standing === record ? packed : await this.pack(context, terminalAnswerOf(standing));
    await this.span(`send llmos.out.${context.tenant}.${task.pipeline.name}`, traceparent, async (active) => {
      await Promise.all([
        this.bus.runs.publishTerminal(context, terminal, active),
        this.bus.runs.publishResult(context, task.pipeline.name, terminal, task.correlationId, active),
      ]);
      return 0;
    });
  }

  /** An answer that is too large fails the run: another attempt would produce it again. */
  private async pack(context: RunContext, answer: TerminalAnswer): Promise<PackedAnswer> {
    try {
      return await this.bus.runs.packAnswer(context, answer);
    } catch (error) {
      if (!hasCode(error, 'PAYLOAD_TOO_LARGE')) throw error;
      return this.bus.runs.packAnswer(context, { type: 'failed', error: error.toBody() });
    }
  }

  private send(
    context: RunContext,
    task: Task,
    { capability, place }: { readonly capability: string; readonly place: string },
    traceparent: string | undefined,
  ): Promise<void> {
    return this.span(`send llmos.task.${context.lane}.${capability}`, traceparent, (active, span) => {
      const replica = this.replicaFor(context, capability, task, span);
      return this.bus.runs.publishTask(context, capability, place, toWire(task), active, replica);
    });
  }

  /** The place of the replica that is expected to begin its answer first; undefined if the task is for all. */
  private replicaFor(context: RunContext, capability: string, task: Task, span: Span): number | undefined {
    if (context.lane !== 'live' || !this.replicas) return undefined;
    const choice = this.replicas.choose(capability, (reads) => prefixOf(context.tenant, reads, stepInput(task)));
    if (!choice) return undefined;
    taskMetrics.routed.inc({
      capability,
      to: choice.heldKilochars > 0 ? 'one, for what it holds' : 'one, for its load',
    });
    span.setAttributes({
      'llmos.replica.place': choice.place,
      'llmos.replica.expected_ms': choice.expectedMs,
      'llmos.replica.held_kilochars': choice.heldKilochars,
    });
    return choice.place;
  }

  private span(
    name: string,
    traceparent: string | undefined,
    work: (active: string | undefined, span: Span) => Promise<number>,
  ): Promise<void> {
    return withSpan(
      name,
      { kind: SpanKind.PRODUCER, attributes: { 'messaging.system': 'nats', 'messaging.operation.type': 'send' } },
      async (span) => {
        span.setAttribute('messaging.message.body.size', await work(activeTraceparent() ?? traceparent, span));
      },
    );
  }
}
