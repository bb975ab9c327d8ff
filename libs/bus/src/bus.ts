import {
  LlmosError,
  MAX_ANSWER_BYTES,
  newRunId,
  OBJECT_STORES,
  parseInputSubject,
  subjects,
  type Answer,
  type ErrorBody,
  type RunContext,
  type TerminalAnswer,
} from '@llmos/contracts';
import { retry } from '@llmos/resilience';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import { deadLetterAbandoned, type Abandoned } from './abandoned.js';
import { AnswerListener, AnswerReader, readAnswers, type SequencedAnswer } from './answers.js';
import { Blobs, type Payload } from './blobs.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { DeadLetterAdmin } from './dead-letter-admin.js';
import { DeadLetters } from './dead-letters.js';
import { readHeaders, resultHeaders, writeHeaders, type Envelope } from './envelope.js';
import { decodeBody, encodeBody } from './frame.js';
import { InOrder } from './in-order.js';
import { createBucket, KvBucket, type KvOptions } from './kv-bucket.js';
import { ObjectBucket, type ObjectOptions } from './objects.js';
import { Publisher } from './publisher.js';
import { PullLoop, type Delivery } from './pull-loop.js';
import { RecurringRuns } from './recurring-runs.js';
import type { Sealers } from './sealer.js';
import { abandonedConsumer, type ConsumerSpec } from './streams.js';
import { forgetTenant, type ForgottenMessages } from './tenant-messages.js';
import { ensureStreams, DEAD_LETTERS_KEPT_MS, replicasKept } from './topology.js';

export interface BusOptions extends ConnectionOptions {
  /** Copies of each stream. By default existing streams keep their replica count, and new ones get 1. */
  readonly replicas?: number | undefined;
  readonly sealers?: Sealers;
  readonly onError?: (error: unknown) => void;
}

/** A message from a stream, decoded. */
export interface Decoded {
  readonly envelope: Envelope;
  readonly body: unknown;
  readonly sizeBytes: number;
  /** When the sender published it, in Unix milliseconds. */
  readonly sentAtMs: number;
}

/** A terminal answer, encoded once for the answer stream, the record and the result event. */
export interface PackedAnswer extends Payload {
  readonly answer: TerminalAnswer;
}

type Message = Omit<Envelope, 'source'>;

/** A larger body moves to the object store. The limit of the server can be lower still. */
const INLINE_LIMIT_BYTES = 512 * 1024;
/** Room for the headers of a message. */
const HEADROOM_BYTES = 8_192;
/** Assumed before the server has sent its limit. */
const DEFAULT_MAX_PAYLOAD_BYTES = 1024 * 1024;
/** The share of a message that a sealed value can fill: base64 and the rest of the record need the other part. */
const SEALED_SHARE = 0.7;
/** A durable run does not end with the request of its caller: its messages may take this long to be published. */
const PUBLISH_MS = 30_000;
/** A request of a process that pulls in place of another ends soon after that one is back. */
const INSTEAD_REQUEST_MS = 300;
const RESTORE_BACKOFF = { baseMs: 50, capMs: 1_000 };

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

/** The operations of LLM OS on the broker: tasks, answers, events, blobs, buckets. */
export class Bus {
  readonly blobs: Blobs;
  readonly recurringRuns: RecurringRuns;
  readonly deadLetters: DeadLetters;
  readonly deadLetterAdmin: DeadLetterAdmin;
  private readonly publisher: Publisher;
  private readonly deadLetterObjects: ObjectBucket;
  private readonly answerReader: AnswerReader;
  private readonly answerListener: AnswerListener;
  private readonly answersInOrder: InOrder;
  private readonly loops = new Set<PullLoop>();
  private readonly loopsInstead = new Set<PullLoop>();
  private readonly source: string;
  private readonly buckets = new Map<string, KvOptions>();
  private readonly js: JetStreamClient;

  private constructor(
    private readonly connection: Connection,
    private readonly jsm: JetStreamManager,
    private readonly replicas: number,
    private readonly options: BusOptions,
  ) {
    const { nc } = connection;
    const { sealers = {} } = options;
    const js = jetstream(nc);
    this.js = js;
    this.blobs = new Blobs((bucket, own) => this.objects(bucket, own), sealers.blobs);
    this.recurringRuns = new RecurringRuns(js, jsm, sealers.schedules);
    this.publisher = new Publisher(connection);
    this.deadLetterObjects = this.objects(OBJECT_STORES.deadLetters, { ttlMs: DEAD_LETTERS_KEPT_MS });
    this.deadLetters = new DeadLetters({
      publisher: this.publisher,
      objects: this.deadLetterObjects,
      maxBodyBytes: () => this.maxMessageBytes,
      guard: sealers.deadLetters,
    });
    this.deadLetterAdmin = new DeadLetterAdmin(js, jsm, this.publisher, this.deadLetterObjects, sealers.deadLetters);
    const report = (error: unknown) => this.report(error);
    this.answerReader = new AnswerReader(this.blobs, report);
    this.answerListener = new AnswerListener(nc, this.answerReader, report);
    this.answersInOrder = new InOrder(report);
    this.source = `/llmos/${options.service}`;
    connection.onError(report);
    connection.restore = () => this.restore();
    connection.onChange(() => {
      if (!connection.usable) for (const loop of this.allLoops) loop.restart();
    });
  }

  /**
   * Connects and makes sure that the streams exist. Once connected, the bus reconnects for as long as it is open. If
   * the start fails, nothing is left open.
   */
  static async connect(options: BusOptions): Promise<Bus> {
    const connection = await Connection.open(options);
    const { nc } = connection;
    try {
      return await connection.whileConnected(async () => {
        const jsm = await jetstreamManager(nc);
        const replicas = options.replicas ?? (await replicasKept(jsm));
        await ensureStreams(jsm, replicas);
        return new Bus(connection, jsm, replicas, options);
      });
    } catch (error) {
      // Otherwise the connection keeps reconnecting although nothing uses it.
      await nc.close();
      throw error;
    }
  }

  get nc(): NatsConnection {
    return this.connection.nc;
  }

  /** False while the broker is away. */
  get usable(): boolean {
    return this.connection.usable;
  }

  /** Whether every {@link consume} pulls. False while the broker is away. */
  get pulling(): boolean {
    return this.usable && [...this.loops].every((loop) => loop.isPulling);
  }

  /** Registers a listener that is called when the broker is back and has all streams and buckets again. */
  onReconnect(listener: () => void): void {
    this.connection.onReconnect(listener);
  }

  /** Registers a listener for changes of {@link usable} and {@link pulling}. */
  onChange(listener: () => void): void {
    this.connection.onChange(listener);
  }

  /** The largest body that one message can carry beside its headers. */
  get maxMessageBytes(): number {
    return (this.nc.info?.max_payload ?? DEFAULT_MAX_PAYLOAD_BYTES) - HEADROOM_BYTES;
  }

  get serverVersion(): string {
    return this.nc.info?.version ?? 'unknown';
  }

  /**
   * Publishes the task of one step. The id `<run>:<place>` makes every repetition the same task.
   *
   * @param place the index of the step, with `:fallback` for its fallback.
   * @returns the size of the body in bytes.
   * @throws LlmosError OVERLOADED if the lane is full, UNAVAILABLE if the broker does not take it by the deadline.
   */
  async publishTask(
    context: RunContext,
    capability: string,
    place: string,
    body: unknown,
    traceparent: string | undefined,
  ): Promise<number> {
    const limit = Math.min(INLINE_LIMIT_BYTES, this.maxMessageBytes);
    const payload = await this.blobs.pack(context.tenant, encodeBody(body), limit);
    const [id, type] = [`${context.run}:${place}`, `org.llmos.task.${capability}`];
    await this.publish(subjects.task(context.lane, capability), { ...context, id, type, traceparent }, payload);
    return payload.sizeBytes;
  }

  /** The envelope in the headers of a message, undefined if it is not a message of LLM OS. */
  envelopeOf(message: Pick<Delivery, 'headers'>): Envelope | undefined {
    try {
      return readHeaders(message.headers);
    } catch (error) {
      if (error instanceof LlmosError) return undefined;
      throw error;
    }
  }

  /** @throws LlmosError MALFORMED_EVENT if it is not a message of LLM OS, NOT_FOUND if its payload has expired. */
  async decode(delivery: Pick<Delivery, 'headers' | 'data'>): Promise<Decoded> {
    const { contentType, timeMs, dataref, ...envelope } = readHeaders(delivery.headers);
    const data = dataref ? await this.blobs.get(envelope.tenant, dataref) : delivery.data;
    return { envelope, body: decodeBody(contentType, data), sizeBytes: data.length, sentAtMs: timeMs };
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
      this.nc.publish(subjects.answer(context.run), payload.body, { headers: this.headersOf(message, payload) });
    this.answersInOrder.do(context.run, () => {
      const sizeBytes = encoded.body.length;
      if (sizeBytes <= this.maxMessageBytes) return send({ ...encoded, sizeBytes });
      if (sizeBytes > MAX_ANSWER_BYTES) return this.report(tooLarge());
      return this.blobs.pack(context.tenant, encoded, this.maxMessageBytes).then(send);
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
    return { answer, ...(await this.blobs.pack(tenant, encoded, this.maxMessageBytes * share, kept)) };
  }

  /** Publishes the terminal answer of a run exactly once: the stream deduplicates by message id and keeps the first. */
  async publishTerminal(
    context: RunContext,
    answer: TerminalAnswer | PackedAnswer,
    traceparent?: string,
  ): Promise<void> {
    const packed = await this.packed(context, answer);
    await this.answersInOrder.settled(context.run);
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
    await this.publish(subjects.result(context.tenant, pipeline), message, packed, correlationId);
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
      source: this.source,
      type: 'org.llmos.run.failed',
      tenant,
      pipeline,
      correlationid: correlationId,
    };
    const headers = resultHeaders(attributes, `${messageId}:result`);
    if (traceparent) headers.set('traceparent', traceparent);
    const { body } = encodeBody({ type: 'failed', error });
    await this.publisher.publish(subjects.resultFor(place), body, { headers, deadlineMs: Date.now() + PUBLISH_MS });
  }

  /**
   * Publishes another event of a run for other systems, as a CloudEvent on `llmos.out.<tenant>.<name>`. A repetition of
   * the step publishes nothing more: the stream deduplicates by run and name.
   */
  async publishEvent(context: RunContext, event: OutgoingEvent, traceparent?: string): Promise<void> {
    const { name, type, body } = event;
    const payload = await this.blobs.pack(context.tenant, encodeBody(body), this.maxMessageBytes, 'week');
    const message = { ...context, id: `${context.run}:${name}`, type, traceparent };
    await this.publish(subjects.result(context.tenant, name), message, payload);
  }

  /** Creates a run id whose answers {@link listen} receives. */
  newRunId(): string {
    return newRunId(this.answerListener.tag);
  }

  /** Delivers the answers of a run from now on, over core NATS. The run id must come from {@link newRunId}. */
  listen(run: string, onAnswer: (answer: Answer) => void): { stop(): void } {
    return this.answerListener.listen(run, onAnswer);
  }

  readAnswers(
    run: string,
    options: { afterSequence?: number; follow: boolean; signal?: AbortSignal },
  ): AsyncGenerator<SequencedAnswer> {
    return readAnswers(this.js, this.answerReader, run, options);
  }

  /** Tells every worker to stop its work for this run. */
  cancel(run: string): void {
    this.nc.publish(subjects.cancel(run));
  }

  onCancel(listener: (run: string) => void): { stop(): void } {
    const prefix = subjects.cancel('x').length - 1;
    const subscription = this.nc.subscribe(subjects.cancels(), {
      callback: (error, message) => (error ? this.report(error) : listener(message.subject.slice(prefix))),
    });
    return { stop: () => subscription.unsubscribe() };
  }

  /** Shows that a process is alive. Nobody keeps the message. */
  signAlive(service: string, node: string): void {
    if (this.usable) this.nc.publish(subjects.alive(service, node));
  }

  /** Receives the signs of all processes. */
  onAlive(listener: (node: string) => void): { stop(): void } {
    const subscription = this.nc.subscribe(subjects.aliveAll(), {
      callback: (error, { subject }) =>
        error ? this.report(error) : listener(subject.slice(subject.lastIndexOf('.') + 1)),
    });
    return { stop: () => subscription.unsubscribe() };
  }

  /** Pulls from a durable consumer until {@link stopPulling}. The consumer is created if it does not exist. */
  consume(consumer: ConsumerSpec, capacity: number, onDelivery: (delivery: Delivery) => Promise<void>): PullLoop {
    const loop = this.pullLoop(consumer, capacity, onDelivery, () => this.connection.changed());
    this.loops.add(loop);
    this.connection.changed();
    return loop;
  }

  /**
   * Pulls from a durable consumer as {@link consume}, in place of a process that is away: {@link pulling} does not wait
   * for it.
   *
   * @returns ends it. Deliveries in progress go on.
   */
  consumeInstead(
    consumer: ConsumerSpec,
    capacity: number,
    onDelivery: (delivery: Delivery) => Promise<void>,
  ): () => void {
    const short = { ...consumer, requestMs: INSTEAD_REQUEST_MS };
    const loop = this.pullLoop(short, capacity, onDelivery, () => undefined);
    this.loopsInstead.add(loop);
    return () => {
      this.loopsInstead.delete(loop);
      loop.finish();
    };
  }

  /**
   * Turns messages that workers died on into dead letters.
   *
   * @param onAbandoned ends the run of such a message. It can be called more than once for a message.
   */
  deadLetterAbandoned(onAbandoned: (message: Abandoned, error: ErrorBody) => Promise<void>): void {
    this.consume(abandonedConsumer, 4, (delivery) =>
      deadLetterAbandoned(this.jsm, this.deadLetters, delivery, onAbandoned),
    );
  }

  /** Removes the messages of a tenant from the streams when its keys are destroyed. Work in progress stays. */
  forgetTenant(tenant: string): Promise<ForgottenMessages> {
    const { js, jsm, blobs, deadLetterObjects } = this;
    return forgetTenant({ js, jsm, blobs, deadLetterObjects }, tenant);
  }

  async kv(bucket: string, options: KvOptions = {}): Promise<KvBucket> {
    const opened = await KvBucket.open(this.connection, bucket, this.replicas, options);
    this.buckets.set(bucket, options);
    return opened;
  }

  /** An object store by its name. It is created on first use if it does not exist. */
  objects(bucket: string, options: ObjectOptions = {}): ObjectBucket {
    return new ObjectBucket(this.connection, bucket, this.replicas, options);
  }

  /** How many messages wait in a stream. */
  async pending(stream: string): Promise<number> {
    return (await this.jsm.streams.info(stream)).state.messages;
  }

  /** Stops pulling and waits, at most `graceMs`, for the deliveries in progress. */
  async stopPulling(graceMs: number): Promise<void> {
    await Promise.all(this.allLoops.map((loop) => loop.stop(graceMs)));
    this.loops.clear();
    this.loopsInstead.clear();
  }

  /** Stops pulling as {@link stopPulling}, then drains the connection and closes it. */
  async close(graceMs = 3_000): Promise<void> {
    await this.stopPulling(graceMs);
    this.publisher.close();
    await this.connection.close();
  }

  private get allLoops(): PullLoop[] {
    return [...this.loops, ...this.loopsInstead];
  }

  /** Recreates streams and buckets: a restarted broker has lost those that it kept in memory. */
  private async restore(): Promise<void> {
    const ensure = async () => {
      // The next return of the connection restores again.
      if (!this.usable) return;
      await this.connection.call(async () => {
        await ensureStreams(this.jsm, this.replicas);
        for (const [bucket, options] of this.buckets)
          await createBucket(this.connection, bucket, this.replicas, options);
      });
    };
    await retry(ensure, { ...RESTORE_BACKOFF, onFailure: (error) => this.report(error) });
  }

  private pullLoop(
    consumer: ConsumerSpec,
    capacity: number,
    onDelivery: (delivery: Delivery) => Promise<void>,
    onChange: () => void,
  ): PullLoop {
    const onError = (error: unknown) => this.report(error);
    return new PullLoop(this.connection, this.jsm, { consumer, capacity, onDelivery, onError, onChange });
  }

  private async packed(context: RunContext, answer: TerminalAnswer | PackedAnswer): Promise<PackedAnswer> {
    return 'answer' in answer ? answer : this.packAnswer(context, answer);
  }

  private async publish(subject: string, message: Message, payload: Payload, correlationId?: string): Promise<void> {
    const headers = this.headersOf(message, payload, correlationId);
    await this.publisher.publish(subject, payload.body, { headers, deadlineMs: publishDeadline(message) });
  }

  private headersOf(message: Message, { contentType, dataref }: Payload, correlationId?: string): MsgHdrs {
    const fields = { contentType, dataref, messageId: message.id, correlationId };
    return writeHeaders({ ...message, source: this.source }, fields);
  }

  private report(error: unknown): void {
    this.options.onError?.(error);
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
  const now = Date.now();
  return context.lane === 'durable' ? now + PUBLISH_MS : Math.max(context.deadlineMs, now + 1_000);
}
