import {
  capabilityOf,
  LlmosError,
  MAX_ANSWER_BYTES,
  parseInputSubject,
  subjects,
  type Answer,
  type ErrorBody,
  type RunContext,
  type TerminalAnswer,
} from '@llmos/contracts';
import { steadyNow } from '@llmos/resilience';
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import type { BrokerClock } from './broker-clock.js';
import type { Blobs, Payload } from './blobs.js';
import { readHeaders, resultHeaders, writeHeaders, type Envelope } from './envelope.js';
import { encodeBody } from './frame.js';
import { InOrder } from './in-order.js';
import type { Publisher } from './publisher.js';
import type { Delivery } from './pull-loop.js';
import { RUNS_KEPT_MS } from './topology.js';

/** A terminal answer, encoded once for the answer stream, the record and the result event. */
export interface PackedAnswer extends Payload {
  readonly answer: TerminalAnswer;
}

/** An event for other systems, beside the result of a run. */
export interface OutgoingEvent {
  /** The last part of its subject; not the name of a pipeline. */
  readonly name: string;
  /** Its CloudEvents type, such as `org.llmos.handover`. */
  readonly type: string;
  readonly body: unknown;
}

/** An event or a due schedule that cannot become a run. */
export interface Refused {
  /** Where it was published: its result goes to the same place under `llmos.out`. */
  readonly subject: string;
  /** The same for each delivery. */
  readonly messageId: string;
  /** The id of the event, if it can be read. */
  readonly correlationId: string | undefined;
  readonly traceparent: string | undefined;
  readonly error: ErrorBody;
}

type Message = Omit<Envelope, 'source'>;

/** A larger body moves to the object store. The limit of the server can be lower still. */
const INLINE_LIMIT_BYTES = 512 * 1024;
/** The share of a message that a sealed value can fill: base64 and the rest of the record need the other part. */
const SEALED_SHARE = 0.7;
/** A durable run does not end with the request of its caller: its messages may take this long to be published. */
const PUBLISH_MS = 30_000;
/** What {@link RunMessages} publishes through. */
export interface RunMessageParts {
  readonly nc: NatsConnection;
  readonly publisher: Publisher;
  readonly blobs: Blobs;
  readonly clock: BrokerClock;
  /** The largest body that one message can carry beside its headers. */
  readonly maxMessageBytes: () => number;
  /** How many copies of each stream there are. */
  readonly copies: number;
  /** The CloudEvents source of this process. */
  readonly source: string;
  readonly onError: (error: unknown) => void;
}

/** What a run publishes: its tasks, its answers, its result and its other events. */
export class RunMessages {
  private readonly inOrder: InOrder;

  constructor(private readonly parts: RunMessageParts) {
    this.inOrder = new InOrder(parts.onError);
  }

  /**
   * Publishes the task of one step. The id `<run>:<place>` makes every repetition the same task.
   *
   * @param place the index of the step, with `:fallback` for its fallback.
   * @param replica the place of the replica that is to do a live task; without it the task is for all.
   * @returns the size of the body in bytes.
   * @throws LlmosError OVERLOADED if the lane is full, UNAVAILABLE if the broker does not take it by the deadline of the
   *   run or, for the first task, by `acceptByMs`.
   */
  async publishTask(
    context: RunContext,
    capability: string,
    place: string,
    body: unknown,
    traceparent: string | undefined,
    replica?: number,
  ): Promise<number> {
    const limit = Math.min(INLINE_LIMIT_BYTES, this.parts.maxMessageBytes());
    const payload = await this.parts.blobs.pack(context.tenant, encodeBody(body), limit);
    const [id, type] = [`${context.run}:${place}`, `org.llmos.task.${capability}`];
    const isForOne = context.lane === 'live' && replica !== undefined;
    const subject = isForOne ? subjects.taskAt(capability, replica) : subjects.task(context.lane, capability);
    await this.publish(subject, { ...context, id, type, traceparent }, payload);
    return payload.sizeBytes;
  }

  /**
   * Publishes a live task that was for one replica for all of them, and acknowledges it. Repetitions publish it once. A
   * replica that began with it may have done it: whoever receives it then looks whether it was.
   *
   * @throws LlmosError as {@link publishTask}; MALFORMED_EVENT if it is not a task. It is not acknowledged then.
   */
  async passToAll(delivery: Delivery): Promise<void> {
    const { contentType, timeMs, dataref, ...envelope } = readHeaders(delivery.headers);
    const capability = capabilityOf(delivery.subject);
    if (capability === undefined) throw new LlmosError('MALFORMED_EVENT', 'The message is not a task.');
    const isRepeated = envelope.isRepeated === true || delivery.attempt > 1;
    const messageId = `${envelope.id}:all`;
    const headers = writeHeaders({ ...envelope, isRepeated }, { contentType, timeMs, dataref, messageId });
    const deadlineMs = Math.max(this.parts.clock.fromBroker(envelope.deadlineMs), steadyNow() + 1_000);
    await this.parts.publisher.publish(subjects.task('live', capability), delivery.data, { headers, deadlineMs });
    delivery.ack();
  }

  /**
   * Whether the task of a step was published, within the duplicate window of its lane. After a restart of the broker
   * it knows only those that are not done yet. In a cluster the answer is always no: see {@link hasPublished}.
   *
   * @param place as in {@link publishTask}.
   */
  hasTask(context: RunContext, capability: string, place: string): Promise<boolean> {
    return this.hasPublished(subjects.task(context.lane, capability), context, place);
  }

  /** Whether the terminal answer of a run was published, within the last minutes; in a cluster always no. */
  hasTerminal(context: RunContext): Promise<boolean> {
    return this.hasPublished(subjects.answerIds(), context, 'terminal');
  }

  /**
   * Publishes a step or a delta of a run. It is not acknowledged: the terminal answer makes up for a lost one. Answers
   * leave in the order in which they were published, also past one that has to be stored first.
   */
  publishAnswer(context: RunContext, answer: Exclude<Answer, TerminalAnswer>): void {
    const place = answer.type === 'delta' ? `${answer.step}:d${answer.index}` : `${answer.timing.step}:done`;
    const message = { ...context, id: `${context.run}:${place}`, type: `org.llmos.run.${answer.type}` };
    const encoded = encodeBody(answer);
    const send = (payload: Payload) =>
      this.parts.nc.publish(subjects.answer(context.run), payload.body, { headers: this.headersOf(message, payload) });
    this.inOrder.do(context.run, () => {
      const sizeBytes = encoded.body.length;
      if (sizeBytes <= this.parts.maxMessageBytes()) return send({ ...encoded, sizeBytes });
      if (sizeBytes > MAX_ANSWER_BYTES) return this.parts.onError(tooLarge());
      return this.parts.blobs.pack(context.tenant, encoded, this.parts.maxMessageBytes()).then(send);
    });
  }

  /**
   * Encodes a terminal answer, and stores it if it is too large for a message: for a durable run, as long as its record
   * and its result event are kept.
   *
   * @throws LlmosError PAYLOAD_TOO_LARGE above {@link MAX_ANSWER_BYTES}.
   */
  async packAnswer({ lane, tenant }: RunContext, answer: TerminalAnswer): Promise<PackedAnswer> {
    const encoded = encodeBody(answer);
    if (encoded.body.length > MAX_ANSWER_BYTES) throw tooLarge();
    const [share, kept] = lane === 'durable' ? ([SEALED_SHARE, 'week'] as const) : ([1, 'day'] as const);
    return { answer, ...(await this.parts.blobs.pack(tenant, encoded, this.parts.maxMessageBytes() * share, kept)) };
  }

  /** Publishes the terminal answer of a run exactly once: the stream deduplicates by message id and keeps the first. */
  async publishTerminal(
    context: RunContext,
    answer: TerminalAnswer | PackedAnswer,
    traceparent?: string,
  ): Promise<void> {
    const packed = await this.packed(context, answer);
    await this.inOrder.settled(context.run);
    const type = `org.llmos.run.${packed.answer.type}`;
    const message = { ...context, id: `${context.run}:terminal`, type, traceparent };
    await this.publish(subjects.answer(context.run), message, packed);
  }

  /** Publishes the result of a run for other systems, as a CloudEvent on `llmos.out.<tenant>.<pipeline>`. */
  async publishResult(
    context: RunContext,
    pipeline: string,
    answer: TerminalAnswer | PackedAnswer,
    correlationId?: string,
    traceparent?: string,
  ): Promise<void> {
    const packed = await this.packed(context, answer);
    const type = `org.llmos.run.${packed.answer.type}`;
    const message = { ...context, id: `${context.run}:result`, type, traceparent };
    await this.publishOut(subjects.result(context.tenant, pipeline), message, packed, correlationId);
  }

  /**
   * Tells the sender of an event that it did not become a run, as a `failed` result without a run. An event whose
   * subject names no tenant has no place for a result.
   */
  async publishRefusal({ subject, messageId, correlationId, traceparent, error }: Refused): Promise<void> {
    const place = parseInputSubject(subject);
    if (!place) return;
    const { tenant, pipeline } = place;
    const attributes = {
      source: this.parts.source,
      type: 'org.llmos.run.failed',
      tenant,
      pipeline,
      correlationid: correlationId,
    };
    const headers = resultHeaders(attributes, `${messageId}:result`);
    if (traceparent) headers.set('traceparent', traceparent);
    const { body } = encodeBody({ type: 'failed', error });
    await this.parts.publisher.publish(subjects.resultFor(place), body, {
      headers,
      deadlineMs: steadyNow() + PUBLISH_MS,
    });
  }

  /**
   * Publishes another event of a run for other systems, as a CloudEvent on `llmos.out.<tenant>.<name>`. A repetition of
   * the step publishes nothing more: the stream deduplicates by run and name.
   */
  async publishEvent(context: RunContext, event: OutgoingEvent, traceparent?: string): Promise<void> {
    const { name, type, body } = event;
    const payload = await this.parts.blobs.pack(context.tenant, encodeBody(body), this.parts.maxMessageBytes(), 'week');
    const message = { ...context, id: `${context.run}:${name}`, type, traceparent };
    await this.publishOut(subjects.result(context.tenant, name), message, payload);
  }

  /**
   * A replicated stream cannot be asked: nats-server (2.15) checks the expected last message id of the question only when
   * all replicas have agreed to store it, takes the failed check for a failed write, and closes the stream. A step that
   * is delivered again is then executed again, and what it publishes is stored once by its id.
   */
  private async hasPublished(subject: string, context: RunContext, place: string): Promise<boolean> {
    if (this.parts.copies > 1) return false;
    return this.parts.publisher.hasTaken(subject, `${context.run}:${place}`, publishDeadline(context));
  }

  private async packed(context: RunContext, answer: TerminalAnswer | PackedAnswer): Promise<PackedAnswer> {
    return 'answer' in answer ? answer : this.packAnswer(context, answer);
  }

  private async publish(subject: string, message: Message, payload: Payload, correlationId?: string): Promise<void> {
    const headers = this.headersOf(message, payload, correlationId);
    await this.parts.publisher.publish(subject, payload.body, { headers, deadlineMs: publishDeadline(message) });
  }

  /** What other systems read is of use as long as it is kept, also after the deadline of the run. */
  private async publishOut(subject: string, message: Message, payload: Payload, correlationId?: string): Promise<void> {
    const headers = this.headersOf({ ...message, deadlineMs: steadyNow() + RUNS_KEPT_MS }, payload, correlationId);
    await this.parts.publisher.publish(subject, payload.body, { headers, deadlineMs: publishDeadline(message) });
  }

  private headersOf(message: Message, { contentType, dataref }: Payload, correlationId?: string): MsgHdrs {
    const { clock, source } = this.parts;
    const timeMs = clock.toBroker(steadyNow());
    const fields = { contentType, timeMs, dataref, messageId: message.id, correlationId };
    return writeHeaders({ ...message, source, deadlineMs: clock.toBroker(message.deadlineMs) }, fields);
  }
}

function tooLarge(): LlmosError {
  const limit = `${MAX_ANSWER_BYTES / 1024 / 1024} MB`;
  return new LlmosError(
    'PAYLOAD_TOO_LARGE',
    `The answer is larger than ${limit}. Ask for less at once: fewer or shorter texts, fewer details.`,
  );
}

function publishDeadline(context: RunContext): number {
  const now = steadyNow();
  if (context.acceptByMs !== undefined) return context.acceptByMs;
  return context.lane === 'durable' ? now + PUBLISH_MS : Math.max(context.deadlineMs, now + 1_000);
}
