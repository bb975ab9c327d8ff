import { headersOf, STREAMS, type Bus } from '@llmos/bus';
import { GatewayClient } from '@llmos/client';
import { subjects } from '@llmos/contracts';
import { setTimeout as pause } from 'node:timers/promises';
import { now, type Ledger } from './ledger.js';

/** The pipeline of the events, in deploy/faults. */
export const ORDER = 'faults_order';
export const TENANT = 'default';

/** Events of one user, whose effects are read with one request. */
const EVENTS_PER_USER = 50;
const ATTEMPT_MS = 5_000;
const BETWEEN_ATTEMPTS_MS = 250;
const GIVE_UP_MS = 30_000;
/** A sender waits while this many accepted events have no result: a stalled system is not buried. */
const MAX_OPEN = 200;
const TEXTS = ['How do I change my PIN?', 'My card has not arrived yet.', 'Why was I charged a fee?'];

/** Systems that send events at a steady rate, half over HTTP and half over the broker, until each is accepted. */
export class EventSenders {
  private timer?: NodeJS.Timeout;
  private sent = 0;
  private unaccepted = 0;
  private giveUpAtMs = Infinity;

  constructor(
    private readonly url: () => string,
    private readonly bus: Bus,
    private readonly ledger: Ledger,
    /** Distinguishes the events of this system from those of others. */
    private readonly name: string,
  ) {}

  start(everyMs: number): void {
    const filter = subjects.result(TENANT, ORDER);
    this.bus.consume({ stream: STREAMS.results, name: 'faults', filter }, 64, (delivery) => {
      const key = delivery.headers?.get('ce-correlationid');
      const type = delivery.headers?.get('ce-type') ?? '';
      if (key) this.ledger.addResult(key, delivery.streamSequence, type.slice(type.lastIndexOf('.') + 1));
      delivery.ack();
      return Promise.resolve();
    });
    this.timer = setInterval(() => {
      if (this.unaccepted + this.ledger.open < MAX_OPEN) void this.send(this.sent++);
    }, everyMs);
  }

  /** No more events; resolves when each that was sent is accepted, or was not accepted for half a minute. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.giveUpAtMs = now() + GIVE_UP_MS;
    while (this.unaccepted > 0) await pause(50);
  }

  /** Asks the system how often it has stored the effect of each accepted event. */
  async countEffects(): Promise<void> {
    for (let user = 0; user * EVENTS_PER_USER < this.sent; user++) {
      const stored = await this.itemsOf(this.userOf(user * EVENTS_PER_USER));
      for (let n = user * EVENTS_PER_USER; n < (user + 1) * EVENTS_PER_USER; n++) {
        const event = this.ledger.events.get(this.keyOf(n));
        if (event) event.effects = stored.filter((item) => item === event.key).length;
      }
    }
  }

  private readonly keyOf = (n: number) => `${this.name}-${n}`;
  private readonly userOf = (n: number) => `${this.name}-user-${Math.floor(n / EVENTS_PER_USER)}`;

  /** Sends the same event until it is accepted: a sender cannot know whether one without a reply was. */
  private async send(n: number): Promise<void> {
    this.unaccepted++;
    const key = this.keyOf(n);
    const text = TEXTS[n % TEXTS.length];
    const event = {
      specversion: '1.0',
      id: key,
      source: '/llmos/faults',
      type: 'order',
      data: { text, user: this.userOf(n), item: key },
    };
    const attempt = n % 2 === 0 ? () => this.overHttp(event) : () => this.overBroker(event);
    let isAccepted = await attempt().catch(() => false);
    for (; !isAccepted && now() < this.giveUpAtMs; isAccepted = await attempt().catch(() => false))
      await pause(BETWEEN_ATTEMPTS_MS);
    if (isAccepted) this.ledger.accept(key, now());
    this.unaccepted--;
  }

  private async overHttp(event: object): Promise<boolean> {
    const response = await fetch(`${this.url()}/v1/events/${ORDER}`, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(ATTEMPT_MS),
    });
    await response.arrayBuffer();
    return response.status === 202;
  }

  private async overBroker(event: { id: string }): Promise<boolean> {
    const headers = headersOf([
      ['content-type', ['application/cloudevents+json']],
      ['Nats-Msg-Id', [event.id]],
    ]);
    const { data } = await this.bus.nc.request(subjects.intake(TENANT, ORDER), JSON.stringify(event), {
      headers,
      timeout: ATTEMPT_MS,
    });
    return (JSON.parse(new TextDecoder().decode(data)) as { error?: unknown }).error === undefined;
  }

  private async itemsOf(user: string): Promise<string[]> {
    const { details } = await new GatewayClient(this.url()).process('export_user', { user_id: user });
    return (details['interactions'] as { item: string }[]).map(({ item }) => item);
  }
}
