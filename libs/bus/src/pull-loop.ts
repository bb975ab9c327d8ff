import type { JetStreamManager } from '@nats-io/jetstream';
import { nanos, type Msg, type MsgHdrs, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { delay } from './publisher.js';
import { newInbox } from './inbox.js';
import { ensureConsumer, type ConsumerSpec } from './topology.js';

/** One delivery of one message, to be settled exactly once. */
export interface Delivery {
  readonly subject: string;
  readonly headers: MsgHdrs | undefined;
  readonly data: Uint8Array;
  /** 1 for the first delivery. */
  readonly attempt: number;
  readonly streamSequence: number;
  /** When the stream took the message, in Unix milliseconds. */
  readonly storedAtMs: number;
  ack(): void;
  /** Says that work goes on, so that nobody else is given the message. */
  working(): void;
  /** Gives the message back, to be delivered again after `delayMs`. A bare nak would come back at once. */
  nak(delayMs: number): void;
  /** Ends the message for good. */
  term(reason: string): void;
}

export interface PullLoopOptions {
  readonly consumer: ConsumerSpec;
  /** Deliveries worked on at once; the loop never asks for more than the slots that are free. */
  readonly capacity: number;
  readonly onDelivery: (delivery: Delivery) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

const EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 5_000;
const encoder = new TextEncoder();
const ACK = encoder.encode('+ACK');
const WORKING = encoder.encode('+WPI');

/**
 * Pulls work from one durable consumer and keeps at most `capacity` of it in hand. Requests name just the free slots,
 * so a slow job never holds messages that another worker could do. A consumer that has gone is made again.
 */
export class PullLoop {
  private readonly inbox: string;
  private readonly subscription: Subscription;
  /** Messages asked for and not yet delivered. A delivery does not say which request it answers; one count will do. */
  private owed = 0;
  private readonly running = new Set<Promise<void>>();
  private readonly watchdog: NodeJS.Timeout;
  private lastSignMs = Date.now();
  private state: 'pulling' | 'mending' | 'stopped' = 'pulling';

  constructor(
    private readonly nc: NatsConnection,
    private readonly jsm: JetStreamManager,
    private readonly options: PullLoopOptions,
  ) {
    this.inbox = newInbox(nc);
    this.subscription = nc.subscribe(this.inbox, { callback: (_, message) => this.receive(message) });
    this.watchdog = setInterval(() => this.checkSigns(), HEARTBEAT_MS);
    this.pull();
  }

  /** How many deliveries are being worked on. */
  get active(): number {
    return this.running.size;
  }

  /** After a reconnect the server has forgotten our pulls. */
  restart(): void {
    this.owed = 0;
    void this.mend();
  }

  /** Stops pulling and waits, at most `graceMs`, for what is in hand. */
  async stop(graceMs: number): Promise<void> {
    this.state = 'stopped';
    clearInterval(this.watchdog);
    this.subscription.unsubscribe();
    await Promise.race([Promise.allSettled(this.running), delay(graceMs)]);
  }

  private pull(): void {
    if (this.state !== 'pulling') return;
    const free = this.options.capacity - this.running.size - this.owed;
    // Half the slots at a time: one request for each finished message would double the traffic.
    if (free <= 0 || (this.owed > 0 && free < this.options.capacity / 2)) return;
    // A loop that was busy heard nothing because it had asked for nothing.
    if (this.owed === 0) this.lastSignMs = Date.now();
    this.owed += free;
    const { stream, name } = this.options.consumer;
    const request = JSON.stringify({ batch: free, expires: nanos(EXPIRES_MS), idle_heartbeat: nanos(HEARTBEAT_MS) });
    try {
      this.nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, encoder.encode(request), { reply: this.inbox });
    } catch (error) {
      this.owed -= free;
      this.options.onError(error);
    }
  }

  private receive(message: Msg): void {
    this.lastSignMs = Date.now();
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
    // 404 and 408 end a pull in the ordinary way; 409 does too, unless the consumer itself has gone; 503: nobody is there.
    const gone = code === 503 || (code === 409 && /deleted|not found|leadership|shutdown/i.test(description));
    if (gone) void this.mend();
    else this.pull();
  }

  private work(message: Msg): void {
    const delivery = deliveryOf(this.nc, message);
    if (!delivery) return;
    const task = this.options
      .onDelivery(delivery)
      .catch((error: unknown) => {
        this.options.onError(error);
        delivery.nak(1_000);
      })
      .finally(() => {
        this.running.delete(task);
        this.pull();
      });
    this.running.add(task);
    this.pull();
  }

  private checkSigns(): void {
    if (this.state === 'pulling' && this.owed > 0 && Date.now() - this.lastSignMs > 2.5 * HEARTBEAT_MS) {
      this.owed = 0;
      void this.mend();
    }
  }

  private async mend(): Promise<void> {
    if (this.state !== 'pulling') return;
    this.state = 'mending';
    for (let attempt = 0; this.isMending(); attempt++) {
      try {
        await ensureConsumer(this.jsm, this.options.consumer);
        break;
      } catch (error) {
        if (attempt % 10 === 0) this.options.onError(error);
        await delay(Math.min(50 * 2 ** attempt, 1_000));
      }
    }
    if (!this.isMending()) return;
    this.state = 'pulling';
    this.lastSignMs = Date.now();
    this.pull();
  }

  private isMending(): boolean {
    return this.state === 'mending' && !this.nc.isClosed();
  }
}

/** Reads the delivery's figures from its reply subject (`$JS.ACK.…`, with or without domain and account). */
function deliveryOf(nc: NatsConnection, message: Msg): Delivery | undefined {
  const reply = message.reply ?? '';
  const tokens = reply.split('.');
  if (tokens[1] !== 'ACK' || tokens.length < 9) return undefined;
  const [attempt, streamSequence, , storedAtNanos] = tokens.length === 9 ? tokens.slice(4) : tokens.slice(6);
  let settled = false;
  const settle = (body: Uint8Array) => {
    if (settled) return;
    settled = true;
    message.respond(body);
  };
  return {
    subject: message.subject,
    headers: message.headers,
    data: message.data,
    attempt: Number(attempt),
    streamSequence: Number(streamSequence),
    storedAtMs: Number(storedAtNanos) / 1e6,
    ack: () => settle(ACK),
    working: () => {
      // From a timer: a connection that has closed meanwhile must not take the process with it.
      if (!settled && !nc.isClosed() && !nc.isDraining()) message.respond(WORKING);
    },
    nak: (delayMs) => settle(encoder.encode(`-NAK {"delay": ${nanos(delayMs)}}`)),
    term: (reason) => settle(encoder.encode(`+TERM ${reason.replace(/[\r\n]+/g, ' ').slice(0, 200)}`)),
  };
}
