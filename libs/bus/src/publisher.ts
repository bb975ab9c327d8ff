import { setTimeout as delay } from 'node:timers/promises';
import { LlmosError } from '@llmos/contracts';
import { backoffMs, steadyNow } from '@llmos/resilience';
import { JetStreamApiError, type ApiError } from '@nats-io/jetstream';
import type { Msg, MsgHdrs, NatsConnection, Subscription } from '@nats-io/transport-node';
import {
  brokerError,
  isPermissionViolation,
  isStreamFull,
  isWrongLastMessageId,
  isWrongRevision,
} from './broker-errors.js';
import type { Connection } from './connection.js';
import { firstValueHeaders, questionHeaders, repeatedHeaders } from './envelope.js';

interface Waiting {
  readonly subject: string;
  readonly resolve: (reply: Msg) => void;
  readonly reject: (error: Error) => void;
  readonly untilMs: number;
}

interface PubAck {
  readonly seq?: number;
  readonly duplicate?: boolean;
  readonly error?: ApiError;
}

const ATTEMPT_TIMEOUT_MS = 2_000;
/** How often the waiting publishes are looked through for those that waited too long. */
const LOOK_EVERY_MS = 50;
const BACKOFF = { baseMs: 25, capMs: 500 };
const decoder = new TextDecoder();
const NOTHING = new Uint8Array();

/**
 * Publishes into streams and waits for the acknowledgement of the server. All calls share one inbox: the client's own
 * `request` creates a timer, a stack trace and a race for each call and is several times slower.
 */
export class Publisher {
  private readonly inbox: string;
  private readonly waiting = new Map<string, Waiting>();
  private readonly subscription: Subscription;
  private readonly nc: NatsConnection;
  private readonly watch: NodeJS.Timeout;
  private nextToken = 0;

  constructor(private readonly connection: Connection) {
    this.nc = connection.nc;
    this.inbox = connection.newInbox();
    this.subscription = this.nc.subscribe(`${this.inbox}.*`, { callback: (_, message) => this.settle(message) });
    this.watch = setInterval(() => this.failLate(), LOOK_EVERY_MS).unref();
    connection.onChange(() => {
      if (!connection.usable) this.failWaiting(new Error('the connection was lost'));
    });
    connection.onError((error) => {
      if (isPermissionViolation(error)) this.failWaiting(error, error.subject);
    });
  }

  /**
   * Publishes with the same headers until the server acknowledges or `deadlineMs` has passed: at least once on the
   * wire. With a `Nats-Msg-Id` header, the stream stores the message exactly once within its duplicate window. All
   * attempts but the first carry the header of {@link repeatedHeaders}.
   *
   * @throws LlmosError OVERLOADED if the stream is full, UNAVAILABLE if the broker does not answer in time, CONFLICT if
   *   the message expects another revision, INTERNAL if the broker rejects the message itself.
   */
  async publish(
    subject: string,
    body: Uint8Array,
    options: { headers: MsgHdrs; deadlineMs: number },
  ): Promise<{ duplicate: boolean }> {
    let { headers } = options;
    for (let attempt = 1; ; attempt++) {
      const patienceMs = Math.min(ATTEMPT_TIMEOUT_MS, options.deadlineMs - steadyNow());
      try {
        const ack = await this.attempt(subject, body, headers, Math.max(patienceMs, 50));
        return { duplicate: ack.duplicate ?? false };
      } catch (error) {
        const failure = brokerError(error, 'The message broker did not take the work in time. Try again.');
        const isOver = steadyNow() + 50 >= options.deadlineMs || this.nc.isClosed();
        if (isOver || failure.code !== 'UNAVAILABLE') throw failure;
        if (attempt === 1) headers = repeatedHeaders(headers);
        await delay(backoffMs(attempt, BACKOFF));
      }
    }
  }

  /**
   * Writes the first value of a key. A value that exists already may be the one of an earlier attempt.
   *
   * @param subject of the key.
   * @throws LlmosError CONFLICT if the key has a value.
   */
  async create(subject: string, value: Uint8Array, deadlineMs: number): Promise<void> {
    await this.publish(subject, value, { headers: firstValueHeaders(), deadlineMs });
  }

  /**
   * Whether a stream took a message with this id within its duplicate window. Stores nothing.
   *
   * @param subject any subject of the stream.
   * @throws LlmosError UNAVAILABLE if the broker does not answer in time.
   */
  async hasTaken(subject: string, messageId: string, deadlineMs: number): Promise<boolean> {
    try {
      const { duplicate } = await this.publish(subject, NOTHING, { headers: questionHeaders(messageId), deadlineMs });
      return duplicate;
    } catch (error) {
      if (error instanceof LlmosError && isWrongLastMessageId(error.cause)) return false;
      throw error;
    }
  }

  private async attempt(subject: string, body: Uint8Array, headers: MsgHdrs, timeoutMs: number): Promise<PubAck> {
    // The client drops messages sent while the broker is away.
    if (!this.connection.usable) throw new Error('there is no connection');
    const reply = await this.request(subject, body, headers, timeoutMs);
    if (reply.headers?.code === 503) throw new Error(`no stream takes ${subject}`);
    const ack = JSON.parse(decoder.decode(reply.data)) as PubAck;
    if (!ack.error) return ack;
    if (isStreamFull(ack.error.err_code)) {
      throw new LlmosError('OVERLOADED', 'Too much work is already waiting. Try again a little later.', {
        cause: ack.error.description,
      });
    }
    const error = new JetStreamApiError(ack.error);
    if (isWrongRevision(error)) {
      throw new LlmosError('CONFLICT', `'${subject}' was changed by another writer.`, { cause: error });
    }
    throw error;
  }

  private request(subject: string, body: Uint8Array, headers: MsgHdrs | undefined, timeoutMs: number): Promise<Msg> {
    return new Promise((resolve, reject) => {
      const token = (this.nextToken++).toString(36);
      this.waiting.set(token, { subject, resolve, reject, untilMs: steadyNow() + timeoutMs });
      const options = { reply: `${this.inbox}.${token}`, ...(headers ? { headers } : {}) };
      this.connection.outbox.publish(subject, body, options, (error) => {
        this.waiting.delete(token);
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
  }

  private settle(message: Msg): void {
    const token = message.subject.slice(this.inbox.length + 1);
    const waiting = this.waiting.get(token);
    if (!waiting) return;
    this.waiting.delete(token);
    waiting.resolve(message);
  }

  close(): void {
    clearInterval(this.watch);
    this.subscription.unsubscribe();
    this.failWaiting(new Error('the connection is closing'));
  }

  private failWaiting(error: Error, subject?: string): void {
    for (const [token, waiting] of this.waiting) {
      if (subject !== undefined && waiting.subject !== subject) continue;
      this.waiting.delete(token);
      waiting.reject(error);
    }
  }

  private failLate(): void {
    const now = steadyNow();
    for (const [token, { untilMs, reject }] of this.waiting) {
      if (untilMs > now) continue;
      this.waiting.delete(token);
      reject(new Error('no answer in time'));
    }
  }
}
