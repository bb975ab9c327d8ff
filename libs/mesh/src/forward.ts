import type { Bus } from '@llmos/bus';
import { LlmosError, type Pipeline, type RunContext, type Task, type TerminalAnswer } from '@llmos/contracts';
import { nextStep, prune, resultOf, stepAt } from '@llmos/pipeline';
import { activeTraceparent, SpanKind, withSpan } from '@llmos/telemetry';
import { toWire } from './task-wire.js';
import { withTerminalAnswer, terminalAnswerOf, recordOf, type RunRecords } from './run-records.js';

/** Instead of an answer that no message can carry: trying again would only make it again. */
const TOO_LARGE: TerminalAnswer = {
  type: 'failed',
  error: new LlmosError(
    'PAYLOAD_TOO_LARGE',
    'The answer is larger than one message can carry. Ask for less at once: fewer or shorter texts, fewer details.',
  ).toBody(),
};

/** What comes after a step: the next one's task, or the last fitting. Everything here may be repeated without effect. */
export class Forwarder {
  constructor(
    private readonly bus: Bus,
    private readonly records: RunRecords,
  ) {}

  /** Sends `task` on from step `from` (its outputs hold what is done so far). */
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
    const capability = stepAt(task.pipeline, index).uses;
    const next = toWire({ ...task, ...prune(task, index), index });
    await this.span(`send llmos.task.${context.lane}.${capability}`, traceparent, (active) =>
      this.bus.publishTask(context, capability, index, next, active),
    );
    if (context.lane === 'durable') await this.records.put(recordOf(context, task, task.timings));
  }

  /**
   * Ends a run exactly once. For a durable run the record decides: the first
   * terminal answer written there is the one that is published, whoever else tries.
   */
  async endRun(
    context: RunContext,
    task: Pick<Task, 'timings' | 'correlationId'> & { readonly pipeline: Pick<Pipeline, 'name'> },
    answer: TerminalAnswer,
    traceparent: string | undefined,
  ): Promise<void> {
    const fitting = this.bus.fitsInMessage(answer, context.lane) ? answer : TOO_LARGE;
    if (context.lane === 'live') return this.bus.publishTerminal(context, fitting, traceparent);
    const terminal = terminalAnswerOf(
      await this.records.end(withTerminalAnswer(recordOf(context, task, task.timings), fitting)),
    );
    await this.span(`send llmos.out.${context.tenant}.${task.pipeline.name}`, traceparent, async (active) => {
      await this.bus.publishTerminal(context, terminal, active);
      await this.bus.publishResult(context, task.pipeline.name, terminal, task.correlationId, active);
      return 0;
    });
  }

  private span(
    name: string,
    traceparent: string | undefined,
    work: (active: string | undefined) => Promise<number>,
  ): Promise<void> {
    return withSpan(
      name,
      { kind: SpanKind.PRODUCER, attributes: { 'messaging.system': 'nats', 'messaging.operation.type': 'send' } },
      async (span) => {
        span.setAttribute('messaging.message.body.size', await work(activeTraceparent() ?? traceparent));
      },
    );
  }
}
