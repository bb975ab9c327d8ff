import { setTimeout as delay } from 'node:timers/promises';
import { retry, steadyNow } from '@llmos/resilience';
import type { JetStreamManager } from '@nats-io/jetstream';
import { nanos, type Msg, type MsgHdrs, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import type { Connection } from './connection.js';
import { ACK_WAIT_MS, ensureConsumer, type ConsumerSpec } from './topology.js';

/** One delivery of one message, to be settled exactly once. */
export interface Delivery {
  readonly subject: string;
  readonly headers: MsgHdrs | undefined;
  readonly data: Uint8Array;
  /** 1 for the first delivery. */
  readonly attempt: number;
  readonly streamSequence: number;
  /** When the stream stored the message, in Unix milliseconds of the broker's clock. */
  readonly storedAtMs: number;
  /** Whoever needs longer than this sends {@link working} as often. */
  readonly signEveryMs: number;
  ack(): void;
  /** Extends the time to acknowledge, so that the server does not deliver the message to another worker. */
  working(): void;
  /** Returns the message. The server delivers it again after `delayMs`. */
  nak(delayMs: number): void;
  /** Removes the message permanently. */
  term(reason: string): void;
}

export interface PullLoopOptions {
  readonly consumer: ConsumerSpec;
  /** Deliveries in progress at once. The loop never asks for more than its free slots. */
  readonly capacity: number;
  readonly onDelivery: (delivery: Delivery) => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Called when the loop starts or stops pulling. */
  readonly onChange: () => void;
}

/** How long a request for messages stands. The server gives a frozen process messages until its request ends. */
const EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 5_000;
/** A shorter request needs no heartbeats of the server: its end is a sign. */
const SHORTEST_WITH_HEARTBEAT_MS = 3 * HEARTBEAT_MS;
const BIND_BACKOFF = { baseMs: 50, capMs: 1_000 };
/** One in this many failed attempts to create the consumer is reported. */
const REPORT_EVERY = 10;
const encoder = new TextEncoder();
const ACK = encoder.encode('+ACK');
const WORKING = encoder.encode('+WPI');

/**
 * Pulls work from one durable consumer and keeps at most `capacity` deliveries in progress. Requests ask for the free
 * slots only, so a slow job never holds messages that another worker could do. The loop creates its consumer, and
 * creates it again if it is gone, with back-off for as long as it takes.
 */
export class PullLoop {
  private readonly inbox: string;
  private readonly subscription: Subscription;
  /** Messages requested and not yet delivered. Deliveries do not name their request, so the loop keeps one count. */
  private owed = 0;
  private readonly running = new Set<Promise<void>>();
  /** The deliveries in progress that can still be settled, by their sequence in the stream. */
  private readonly open = new Map<number, OwnDelivery>();
  private readonly watchdog: NodeJS.Timeout;
  private readonly requestMs: number;
  private readonly signWithinMs: number;
  private readonly stopping = new AbortController();
  private lastSignMs = steadyNow();
  private pulling = false;

  constructor(
    private readonly connection: Connection,
    private readonly jsm: JetStreamManager,
    private readonly options: PullLoopOptions,
  ) {
    this.inbox = connection.newInbox();
    this.subscription = this.nc.subscribe(this.inbox, { callback: (_, message) => this.receive(message) });
    this.requestMs = options.consumer.requestMs ?? EXPIRES_MS;
    this.signWithinMs = 2.5 * Math.min(this.requestMs, HEARTBEAT_MS);
    this.watchdog = setInterval(() => this.checkSigns(), HEARTBEAT_MS);
    void this.bind();
  }

  /** Whether the consumer exists and the loop pulls from it. */
  get isPulling(): boolean {
    return this.pulling;
  }

  /** How many deliveries are in progress. */
  get active(): number {
    return this.running.size;
  }

  /**
   * Binds again: the server forgets the requests of the loop when the connection is lost. If it may have lost the stream
   * too, what is in progress is not settled any more: the same sequence may be another message by then.
   */
  restart(): void {
    if (this.options.consumer.isVolatile) {
      for (const delivery of this.open.values()) delivery.giveUp();
      this.open.clear();
    }
    if (this.pulling) void this.bind();
  }

  /**
   * Asks for no more messages; resolves when none can come any more. The server drops a request whose inbox is gone, so
   * what is returned from then on goes to others.
   */
  async finish(): Promise<void> {
    this.stopping.abort();
    this.setPulling(false);
    clearInterval(this.watchdog);
    const { connection, subscription } = this;
    if (connection.usable) await connection.whileConnected(() => subscription.drain()).catch(() => undefined);
    else subscription.unsubscribe();
  }

  /** Stops pulling and waits, at most `graceMs`, for the deliveries in progress. */
  async stop(graceMs: number): Promise<void> {
    // Messages that are on their way are worked on; otherwise another worker receives them only after the ack wait.
    const settled = this.finish().then(() => Promise.allSettled(this.running));
    await Promise.race([settled, delay(graceMs, undefined, { ref: false })]);
  }

  private get signEveryMs(): number {
    return (this.options.consumer.ackWaitMs ?? ACK_WAIT_MS) / 3;
  }

  private get nc(): NatsConnection {
    return this.connection.nc;
  }

  private pull(): void {
    if (!this.pulling) return;
    const free = this.options.capacity - this.running.size - this.owed;
    // Half of the slots at a time: one request for each finished message would double the traffic.
    if (free <= 0 || (this.owed > 0 && free < this.options.capacity / 2)) return;
    // The loop received nothing because all its slots were busy.
    if (this.owed === 0) this.lastSignMs = steadyNow();
    this.owed += free;
    const { stream, name } = this.options.consumer;
    const heartbeat = this.requestMs < SHORTEST_WITH_HEARTBEAT_MS ? {} : { idle_heartbeat: nanos(HEARTBEAT_MS) };
    const request = JSON.stringify({ batch: free, expires: nanos(this.requestMs), ...heartbeat });
    try {
      this.nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, encoder.encode(request), { reply: this.inbox });
    } catch (error) {
      this.owed -= free;
      this.options.onError(error);
    }
  }

  private receive(message: Msg): void {
    this.lastSignMs = steadyNow();
    if (message.subject === this.inbox) {
      this.receiveStatus(message);
      return;
    }
    this.owed = Math.max(0, this.owed - 1);
    this.work(message);
  }

  private receiveStatus(message: Msg): void {
    const { code = 0, description = '' } = message.headers ?? {};
    if (code === 100) return;
    const undelivered = Number(message.headers?.get('Nats-Pending-Messages') || this.owed);
    this.owed = Math.max(0, this.owed - undelivered);
    // 404 and 408 end a request normally, and so does 409 unless the consumer is gone. 503: no responders.
    const gone = code === 503 || (code === 409 && /deleted|not found|leadership|shutdown/i.test(description));
    if (!gone) this.pull();
    else if (this.pulling) void this.bind();
  }

  private work(message: Msg): void {
    const delivery = deliveryOf(this.connection, message, this.signEveryMs, this.options.onError);
    if (!delivery) return;
    const { streamSequence } = delivery;
    // The process stood still longer than the time to acknowledge: it still does what is delivered again.
    if (this.open.has(streamSequence)) return this.pull();
    this.open.set(streamSequence, delivery);
    const task = this.options
      .onDelivery(delivery)
      .catch((error: unknown) => {
        this.options.onError(error);
        delivery.nak(1_000);
      })
      .finally(() => {
        this.running.delete(task);
        if (this.open.get(streamSequence) === delivery) this.open.delete(streamSequence);
        this.pull();
      });
    this.running.add(task);
    this.pull();
  }

  private checkSigns(): void {
    if (this.pulling && this.owed > 0 && steadyNow() - this.lastSignMs > this.signWithinMs) void this.bind();
  }

  /** Creates the consumer, then pulls. It must not be called while the loop is binding. */
  private async bind(): Promise<void> {
    this.setPulling(false);
    const { signal } = this.stopping;
    const onFailure = (error: unknown, attempt: number) => {
      if (attempt % REPORT_EVERY === 1) this.options.onError(error);
    };
    const ensure = () => this.connection.call(() => ensureConsumer(this.jsm, this.options.consumer));
    try {
      await retry(ensure, { ...BIND_BACKOFF, signal, onFailure });
    } catch {
      // The loop was stopped.
      return;
    }
    this.owed = 0;
    this.lastSignMs = steadyNow();
    this.setPulling(true);
    this.pull();
  }

  private setPulling(pulling: boolean): void {
    if (this.pulling === pulling) return;
    this.pulling = pulling;
    this.options.onChange();
  }
}

interface OwnDelivery extends Delivery {
  /** It cannot be settled any more. */
  giveUp(): void;
}

/** Reads the metadata of a delivery from its reply subject (`$JS.ACK.…`, with or without domain and account). */
function deliveryOf(
  { nc, outbox }: Connection,
  message: Msg,
  signEveryMs: number,
  onError: (error: unknown) => void,
): OwnDelivery | undefined {
  const reply = message.reply ?? '';
  const tokens = reply.split('.');
  if (tokens[1] !== 'ACK' || tokens.length < 9) return undefined;
  const [attempt, streamSequence, , storedAtNanos] = tokens.length === 9 ? tokens.slice(4) : tokens.slice(6);
  let settled = false;
  const settle = (body: Uint8Array) => {
    if (settled) return;
    settled = true;
    outbox.publish(reply, body, undefined, onError);
  };
  return {
    subject: message.subject,
    headers: message.headers,
    data: message.data,
    attempt: Number(attempt),
    streamSequence: Number(streamSequence),
    storedAtMs: Number(storedAtNanos) / 1e6,
    signEveryMs,
    giveUp: () => void (settled = true),
    ack: () => settle(ACK),
    working: () => {
      // Called by a timer: it must not throw if the connection has closed meanwhile.
      if (!settled && !nc.isClosed() && !nc.isDraining()) message.respond(WORKING);
    },
    nak: (delayMs) => settle(encoder.encode(`-NAK {"delay": ${nanos(delayMs)}}`)),
    term: (reason) => settle(encoder.encode(`+TERM ${reason.replace(/[\r\n]+/g, ' ').slice(0, 200)}`)),
  };
}
