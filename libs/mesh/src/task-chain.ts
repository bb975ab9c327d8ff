import { ACK_WAIT_MS, MAX_DELIVERIES, type Bus, type Decoded, type Delivery } from '@llmos/bus';
import { ERRORS, LlmosError, serviceOf, toLlmosError, type Capability, type Task, type Timing } from '@llmos/contracts';
import { stepAt, stepInput } from '@llmos/pipeline';
import { backoffMs, withDeadline } from '@llmos/resilience';
import { markFailed, SpanKind, withSpan, type Logger } from '@llmos/telemetry';
import type { Cancellations } from './cancellations.js';
import type { Forwarder } from './forward.js';
import { taskMetrics } from './metrics.js';
import { withTerminalAnswer, hasEnded, terminalAnswerOf, type RunRecords } from './run-records.js';
import type { StepContext } from './step.decorator.js';
import { fromWire } from './task-wire.js';

export type Handler = (input: unknown, context: StepContext) => Promise<unknown>;

export interface ChainOptions {
  readonly bus: Bus;
  readonly forwarder: Forwarder;
  readonly cancellations: Cancellations;
  readonly records: RunRecords;
  readonly log: Logger;
}

/** Working signs go out at a third of the time after which the task would be given to somebody else. */
const WORKING_EVERY_MS = ACK_WAIT_MS / 3;

/**
 * The one chain every task goes through: decode → deadline → cancelled? → span → validate → handler → validate →
 * forward → ack. The task is acked only when what follows it has been stored; a step done twice forwards the same ids.
 */
export class TaskChain {
  constructor(
    private readonly capability: Capability,
    private readonly handler: Handler,
    private readonly options: ChainOptions,
  ) {}

  async process(delivery: Delivery): Promise<void> {
    const received = await this.receive(delivery);
    if (!received) return;
    const { decoded, task } = received;
    const { envelope } = decoded;
    if (await this.isOver(decoded, task, delivery)) return;
    const working = setInterval(() => delivery.working(), WORKING_EVERY_MS);
    const queueMs = Math.max(0, Date.now() - decoded.sentAtMs);
    try {
      await withSpan(
        `process llmos.task.${envelope.lane}.${this.capability.name}`,
        {
          kind: SpanKind.CONSUMER,
          traceparent: envelope.traceparent ?? '',
          attributes: {
            'messaging.system': 'nats',
            'messaging.operation.type': 'process',
            'messaging.message.id': envelope.id,
            'messaging.message.body.size': decoded.sizeBytes,
            'llmos.run': envelope.run,
            'llmos.tenant': envelope.tenant,
            'llmos.pipeline': task.pipeline.name,
            'llmos.queue_wait_ms': queueMs,
            'llmos.redelivery_count': delivery.attempt - 1,
          },
        },
        async (span) => {
          let next: Task;
          try {
            next = await this.work(decoded, task, delivery, queueMs);
          } catch (error) {
            markFailed(span, error);
            await this.fail(error, decoded, task, delivery);
            return;
          }
          await this.handOn(envelope, next, task.index + 1);
          delivery.ack();
        },
      );
    } finally {
      clearInterval(working);
    }
  }

  /** Decodes inside a try: a malformed message becomes a dead letter, never a crash. */
  private async receive(delivery: Delivery): Promise<{ decoded: Decoded; task: Task } | undefined> {
    try {
      const decoded = await this.options.bus.decode(delivery);
      return { decoded, task: fromWire(decoded.body) };
    } catch (error) {
      const failure = toLlmosError(error);
      if (failure.retryable && delivery.attempt < MAX_DELIVERIES) {
        delivery.nak(backoffMs(delivery.attempt, { baseMs: 250, capMs: 5_000 }));
        return undefined;
      }
      this.options.log.warn({ err: error, subject: delivery.subject }, 'a message could not be read');
      await this.bury(delivery, `${delivery.subject}:${delivery.streamSequence}`, failure);
      await this.endUnread(delivery, failure);
      return undefined;
    }
  }

  /** Ends the run of a task whose body could not be read, where its headers still say which run that is. */
  private async endUnread(delivery: Delivery, failure: LlmosError): Promise<void> {
    const envelope = this.options.bus.envelopeOf(delivery);
    if (!envelope) return;
    const answer = { type: 'failed' as const, error: failure.toBody() };
    const record =
      envelope.lane === 'durable' ? await this.options.records.peek(envelope.tenant, envelope.run) : undefined;
    if (record) await this.options.records.put(withTerminalAnswer(record, answer));
    await this.options.bus.publishTerminal(envelope, answer);
  }

  /** A run that was cancelled, has expired or had this step done already costs no work. */
  private async isOver({ envelope }: Decoded, task: Task, delivery: Delivery): Promise<boolean> {
    const { cancellations, forwarder, records } = this.options;
    const record = envelope.lane === 'durable' ? await records.peek(envelope.tenant, envelope.run) : undefined;
    const done = record?.steps.some((timing) => timing.step === stepAt(task.pipeline, task.index).id) ?? false;
    if (record && hasEnded(record))
      await forwarder.endRun(envelope, task, terminalAnswerOf(record), envelope.traceparent);
    if (done || (record && hasEnded(record))) {
      delivery.ack();
      return true;
    }
    const outcome = cancellations.has(envelope.run)
      ? 'cancelled'
      : Date.now() >= envelope.deadlineMs
        ? 'expired'
        : undefined;
    if (!outcome) return false;
    await forwarder.endRun(envelope, task, { type: outcome }, envelope.traceparent);
    taskMetrics.tasks.inc({ capability: this.capability.name, outcome });
    delivery.ack();
    return true;
  }

  /**
   * Forwards a task whose step is done. What fails here is the broker's trouble: the task is delivered again, the run has
   * not failed. But a full live lane would wait for itself: its runs are told, and make room.
   */
  private async handOn(envelope: Decoded['envelope'], next: Task, from: number): Promise<void> {
    const { forwarder } = this.options;
    try {
      await forwarder.forward(envelope, next, from, envelope.traceparent);
    } catch (error) {
      const failure = toLlmosError(error);
      if (failure.code !== 'OVERLOADED' || envelope.lane !== 'live') throw error;
      await forwarder.endRun(envelope, next, { type: 'failed', error: failure.toBody() }, envelope.traceparent);
    }
  }

  /** Does the step; returns the task with its output. */
  private async work({ envelope }: Decoded, task: Task, delivery: Delivery, queueMs: number): Promise<Task> {
    const step = stepAt(task.pipeline, task.index);
    const input = this.check('input', this.capability.input, stepInput(task));
    const startedAt = performance.now();
    const output = await this.call(input, envelope, step.id, delivery.attempt);
    const handlerMs = performance.now() - startedAt;
    const timing: Timing = { step: step.id, capability: step.uses, queueMs, handlerMs, attempt: delivery.attempt };
    const checked = this.check('output', this.capability.output, output);
    taskMetrics.tasks.inc({ capability: this.capability.name, outcome: 'completed' });
    taskMetrics.handler.observe({ capability: this.capability.name }, handlerMs / 1_000);
    taskMetrics.queue.observe({ capability: this.capability.name }, queueMs / 1_000);
    if (step.stream) this.options.bus.publishAnswer(envelope, { type: 'step', timing, output: checked });
    const degraded = isDegraded(checked) ? [...task.degraded, step.id] : task.degraded;
    return {
      ...task,
      outputs: { ...task.outputs, [step.id]: checked },
      timings: [...task.timings, timing],
      degraded,
    };
  }

  private async call(input: unknown, envelope: Decoded['envelope'], step: string, attempt: number): Promise<unknown> {
    const controller = new AbortController();
    const unregister = this.options.cancellations.register(envelope.run, controller);
    const { run, tenant, lane, deadlineMs } = envelope;
    let index = 0;
    const emit = (delta: unknown) =>
      this.options.bus.publishAnswer(envelope, { type: 'delta', step, index: index++, delta });
    const timeoutMs = Math.max(1, Math.min(this.capability.timeoutMs, deadlineMs - Date.now()));
    const bounded = withDeadline(
      (value: unknown, signal) => this.handler(value, { run, tenant, lane, deadlineMs, step, attempt, signal, emit }),
      timeoutMs,
    );
    try {
      return await bounded(input, controller.signal);
    } finally {
      unregister();
    }
  }

  private check(which: 'input' | 'output', schema: Capability['input'], value: unknown): unknown {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0]!;
    const field = [this.capability.name, which, ...issue.path].map(String).join('.');
    if (which === 'output') throw new Error(`${field}: ${issue.message}`);
    throw new LlmosError('INVALID_ARGUMENT', issue.message, { field });
  }

  /** Decides what becomes of a failure: again later, on without it, or the end of the run. */
  private async fail(error: unknown, decoded: Decoded, task: Task, delivery: Delivery): Promise<void> {
    const { envelope } = decoded;
    const { forwarder, log } = this.options;
    const failure = toLlmosError(error);
    const step = stepAt(task.pipeline, task.index);
    const context = { run: envelope.run, step: step.id, code: failure.code, attempt: delivery.attempt };
    if (failure.code === 'CANCELLED') {
      await forwarder.endRun(envelope, task, { type: 'cancelled' }, envelope.traceparent);
      taskMetrics.tasks.inc({ capability: this.capability.name, outcome: 'cancelled' });
      delivery.ack();
      return;
    }
    const waitMs = backoffMs(delivery.attempt, { baseMs: 200, capMs: 5_000 });
    if (
      failure.retryable &&
      failure.code !== 'DEADLINE_EXCEEDED' &&
      delivery.attempt < MAX_DELIVERIES &&
      Date.now() + waitMs < envelope.deadlineMs
    ) {
      log.warn({ ...context, waitMs }, 'a step failed and will be tried again');
      delivery.nak(waitMs);
      return;
    }
    const unknown = failure.code === 'INTERNAL';
    log[unknown ? 'error' : 'warn']({ ...context, ...(unknown ? { err: failure.cause } : {}) }, 'a step failed');
    taskMetrics.tasks.inc({ capability: this.capability.name, outcome: 'failed' });
    // A refusal is a decision, not a failure to be passed over.
    if (step.onError === 'continue' && failure.code !== 'CONTENT_REFUSED') {
      await forwarder.forward(
        envelope,
        { ...task, degraded: [...task.degraded, step.id] },
        task.index + 1,
        envelope.traceparent,
      );
      delivery.ack();
      return;
    }
    const expired = failure.code === 'DEADLINE_EXCEEDED' && Date.now() >= envelope.deadlineMs - 5;
    await forwarder.endRun(
      envelope,
      task,
      expired ? { type: 'expired' } : { type: 'failed', error: failure.toBody(), step: step.id },
      envelope.traceparent,
    );
    // A live caller has been told of his own mistake; everything else is kept for somebody to look at.
    if (envelope.lane === 'live' && ERRORS[failure.code].httpStatus < 500) delivery.term(failure.message);
    else await this.bury(delivery, envelope.id, failure);
  }

  private async bury(delivery: Delivery, id: string, error: LlmosError): Promise<void> {
    await this.options.bus.deadLetters.put({
      service: serviceOf(this.capability.name),
      id,
      subject: delivery.subject,
      headers: delivery.headers,
      data: delivery.data,
      storedAtMs: delivery.storedAtMs,
      attempts: delivery.attempt,
      error: error.toBody(),
    });
    delivery.term(error.message);
  }
}

function isDegraded(output: unknown): boolean {
  return typeof output === 'object' && output !== null && 'degraded' in output && output.degraded === true;
}
