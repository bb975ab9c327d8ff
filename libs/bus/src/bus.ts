import { LlmosError, newRunId, OBJECT_STORES, type Answer, type ErrorBody } from '@llmos/contracts';
import { retry } from '@llmos/resilience';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { deadLetterAbandoned, type Abandoned } from './abandoned.js';
import { AnswerListener, AnswerReader, readAnswers, type SequencedAnswer } from './answers.js';
import { Blobs } from './blobs.js';
import { BrokerClock } from './broker-clock.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { DeadLetterAdmin } from './dead-letter-admin.js';
import { DeadLetters } from './dead-letters.js';
import { readHeaders, type Envelope } from './envelope.js';
import { decodeBody } from './frame.js';
import { createBucket, KvBucket, type KvOptions } from './kv-bucket.js';
import { ObjectBucket, type ObjectOptions } from './objects.js';
import { Publisher } from './publisher.js';
import type { Delivery, PullLoop } from './pull-loop.js';
import { PullLoops } from './pull-loops.js';
import { RecurringRuns } from './recurring-runs.js';
import { RunMessages } from './run-messages.js';
import type { Sealers } from './sealer.js';
import { Signs } from './signs.js';
import { abandonedConsumer, type ConsumerSpec } from './streams.js';
import { readTaskQueues, type TaskQueue } from './task-queues.js';
import { forgetTenant, type ForgottenMessages } from './tenant-messages.js';
import { agesOf, applyRetention, type Retention } from './retention.js';
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
  /** When the sender published it, in Unix milliseconds of the steady clock of this process. */
  readonly sentAtMs: number;
}

/** Room for the headers of a message. */
const HEADROOM_BYTES = 8_192;
/** Assumed before the server has sent its limit. */
const DEFAULT_MAX_PAYLOAD_BYTES = 1024 * 1024;
const RESTORE_BACKOFF = { baseMs: 50, capMs: 1_000 };

/** The operations of LLM OS on the broker: tasks, answers, events, blobs, buckets. */
export class Bus {
  readonly blobs: Blobs;
  readonly runs: RunMessages;
  readonly recurringRuns: RecurringRuns;
  readonly deadLetters: DeadLetters;
  readonly deadLetterAdmin: DeadLetterAdmin;
  readonly signs: Signs;
  private readonly publisher: Publisher;
  private readonly deadLetterObjects: ObjectBucket;
  private readonly answerReader: AnswerReader;
  private readonly answerListener: AnswerListener;
  private readonly loops: PullLoops;
  private readonly buckets = new Map<string, KvOptions>();
  private retention: Retention | undefined;
  private readonly js: JetStreamClient;

  private constructor(
    private readonly connection: Connection,
    private readonly jsm: JetStreamManager,
    /** What times in messages mean. */
    readonly clock: BrokerClock,
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
    this.loops = new PullLoops(connection, jsm, report);
    this.signs = new Signs(connection, report);
    this.answerReader = new AnswerReader(this.blobs, report);
    this.answerListener = new AnswerListener(nc, this.answerReader, report);
    this.runs = new RunMessages({
      nc,
      publisher: this.publisher,
      blobs: this.blobs,
      clock: this.clock,
      copies: replicas,
      maxMessageBytes: () => this.maxMessageBytes,
      source: `/llmos/${options.service}`,
      onError: report,
    });
    connection.onError(report);
    connection.restore = () => this.restore();
    connection.onChange(() => {
      if (!connection.usable) this.loops.restart();
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
        const clock = await BrokerClock.open(connection, jsm);
        return new Bus(connection, jsm, clock, replicas, options);
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

  /** For how long the broker has been away, from its last sign on, in milliseconds: 0 while it is there. */
  get awayMs(): number {
    return this.connection.awayMs;
  }

  /** Whether every {@link consume} pulls. False while the broker is away. */
  get pulling(): boolean {
    return this.usable && this.loops.arePulling;
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

  /** How many copies of each stream there are. */
  get copies(): number {
    return this.replicas;
  }

  get serverVersion(): string {
    return this.nc.info?.version ?? 'unknown';
  }

  /** The envelope in the headers of a message, undefined if it is not a message of LLM OS. */
  envelopeOf(message: Pick<Delivery, 'headers'>): Envelope | undefined {
    try {
      const { deadlineMs, ...envelope } = readHeaders(message.headers);
      return { ...envelope, deadlineMs: this.clock.fromBroker(deadlineMs) };
    } catch (error) {
      if (error instanceof LlmosError) return undefined;
      throw error;
    }
  }

  /** @throws LlmosError MALFORMED_EVENT if it is not a message of LLM OS, NOT_FOUND if its payload has expired. */
  async decode(delivery: Pick<Delivery, 'headers' | 'data'>): Promise<Decoded> {
    const { contentType, timeMs, deadlineMs, dataref, ...own } = readHeaders(delivery.headers);
    const data = dataref ? await this.blobs.get(own.tenant, dataref) : delivery.data;
    const envelope = { ...own, deadlineMs: this.clock.fromBroker(deadlineMs) };
    const sentAtMs = this.clock.fromBroker(timeMs);
    return { envelope, body: decodeBody(contentType, data), sizeBytes: data.length, sentAtMs };
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

  /** Pulls from a durable consumer until {@link stopPulling}. The consumer is created if it does not exist. */
  consume(consumer: ConsumerSpec, capacity: number, onDelivery: (delivery: Delivery) => Promise<void>): PullLoop {
    return this.loops.add(consumer, capacity, onDelivery);
  }

  /**
   * Pulls from a durable consumer as {@link consume}, in place of a process that is away: {@link pulling} does not wait
   * for it.
   *
   * @returns ends it: when the promise resolves no delivery comes any more. Those in progress go on.
   */
  consumeInstead(
    consumer: ConsumerSpec,
    capacity: number,
    onDelivery: (delivery: Delivery) => Promise<void>,
  ): () => Promise<void> {
    return this.loops.addInstead(consumer, capacity, onDelivery);
  }

  /**
   * Pulls from a durable consumer as {@link consume}, beside another that is enough to work: {@link pulling} does not wait
   * for it.
   *
   * @returns ends it, as {@link consumeInstead} does.
   */
  consumeBeside(
    consumer: ConsumerSpec,
    capacity: number,
    onDelivery: (delivery: Delivery) => Promise<void>,
  ): () => Promise<void> {
    return this.loops.addBeside(consumer, capacity, onDelivery);
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

  async kv(bucket: string, wanted: KvOptions = {}): Promise<KvBucket> {
    const ttlMs = this.retention && agesOf(this.retention)[`KV_${bucket}`];
    const options = ttlMs === undefined ? wanted : { ...wanted, ttlMs };
    const opened = await KvBucket.open(
      { connection: this.connection, publisher: this.publisher },
      bucket,
      this.replicas,
      options,
    );
    this.buckets.set(bucket, options);
    return opened;
  }

  /** An object store by its name. It is created on first use if it does not exist. */
  objects(bucket: string, options: ObjectOptions = {}): ObjectBucket {
    return new ObjectBucket(this.connection, bucket, this.replicas, options);
  }

  /** The queues of tasks of all capabilities. Only the scheduler, and users without limits, may read them. */
  taskQueues(): Promise<TaskQueue[]> {
    return this.connection.call(() => readTaskQueues(this.jsm));
  }

  /** Says how long runs are kept, from now on and also in buckets that are opened later. Only the gateway, and users without limits, may say so. */
  async keepRuns(retention: Retention): Promise<void> {
    this.retention = retention;
    await this.connection.call(() => applyRetention(this.jsm, retention));
  }

  /** How many messages wait in a stream. */
  async pending(stream: string): Promise<number> {
    return (await this.jsm.streams.info(stream)).state.messages;
  }

  /** Stops pulling and waits, at most `graceMs`, for the deliveries in progress. */
  stopPulling(graceMs: number): Promise<void> {
    return this.loops.stop(graceMs);
  }

  /** Stops pulling as {@link stopPulling}, then drains the connection and closes it. */
  async close(graceMs = 3_000): Promise<void> {
    this.clock.stop();
    await this.stopPulling(graceMs);
    this.publisher.close();
    await this.connection.close();
  }

  /** Recreates streams and buckets: a restarted broker has lost those that it kept in memory. */
  private async restore(): Promise<void> {
    const ensure = async () => {
      // The next return of the connection restores again.
      if (!this.usable) return;
      await this.connection.call(async () => {
        await ensureStreams(this.jsm, this.replicas);
        const buckets = [...this.buckets];
        await Promise.all(buckets.map(([name, own]) => createBucket(this.connection, name, this.replicas, own)));
        if (this.retention) await applyRetention(this.jsm, this.retention);
      });
    };
    await retry(ensure, { ...RESTORE_BACKOFF, onFailure: (error) => this.report(error) });
  }

  private report(error: unknown): void {
    this.options.onError?.(error);
  }
}
