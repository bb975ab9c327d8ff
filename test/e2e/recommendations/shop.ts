import { headers, type NatsConnection } from '@nats-io/transport-node';
import { readEvents } from '../instance.js';
import type { SupervisedSystem } from '../supervised-system.js';

export interface Recommendation {
  readonly item: string;
  readonly title?: string;
  readonly score: number;
  readonly reason: { readonly kind: string; readonly items: readonly { item: string }[]; readonly text: string };
}

export interface Recommended {
  readonly status: number;
  readonly recommendations: readonly Recommendation[];
  readonly basis: string;
  readonly model?: string;
}

/** A tenant's shop behind the gateway; all requests use one key. */
export class Shop {
  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  async request(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...this.authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** Sends a file. */
  async send(path: string, body: string, type: string): Promise<{ status: number; body: Record<string, unknown> }> {
    const headers = { ...this.authorization, 'content-type': type };
    const response = await fetch(this.url + path, { method: 'POST', headers, body });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  async recommend(fields: object): Promise<Recommended> {
    const { status, body } = await this.request('POST', '/v1/recommendations', fields);
    return { status, ...(body as unknown as Omit<Recommended, 'status'>) };
  }

  async itemsFor(fields: object): Promise<string[]> {
    return (await this.recommend(fields)).recommendations.map(({ item }) => item);
  }

  /** Runs a pipeline and returns its details. */
  async run(name: string, fields: object = {}): Promise<Record<string, unknown>> {
    const { status, body } = await this.request('POST', '/serving/process', { name, ...fields });
    expect({ name, status }).toEqual({ name, status: 200 });
    return body['details'] as Record<string, unknown>;
  }

  /** Imports a file and returns the details about its rows. */
  async importCsv(csv: string): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.url}/v1/interactions`, {
      method: 'POST',
      headers: { ...this.authorization, 'content-type': 'text/csv', accept: 'text/event-stream' },
      body: csv,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = await readEvents(response);
    expect(events.at(-1)).toMatchObject({ event: 'completed' });
    return events.at(-1)!.data['details'] as Record<string, unknown>;
  }

  /** The stream of a run's answers, as text. */
  async *follow(run: string): AsyncGenerator<string> {
    const response = await fetch(`${this.url}/v1/runs/${run}/stream`, { headers: this.authorization });
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) yield decoder.decode(chunk as Uint8Array, { stream: true });
  }

  private get authorization(): Record<string, string> {
    return { authorization: `Bearer ${this.key}` };
  }
}

/** A running system, and the shops of its three tenants. */
export interface Shops {
  readonly system: SupervisedSystem;
  /** The shop of the tenant `default`. */
  readonly shop: Shop;
  /** Another tenant, with its own data. */
  readonly globex: Shop;
  /** A tenant without data, which gets the sample shop. */
  readonly guest: Shop;
}

/** Publishes a CloudEvent. */
export async function publishEvent(nats: NatsConnection, subject: string, id: string, data: object): Promise<void> {
  const head = headers();
  const attributes = { specversion: '1.0', id, source: 'shop', type: 'shop.event' };
  for (const [name, value] of Object.entries(attributes)) head.set(`ce-${name}`, value);
  head.set('content-type', 'application/json');
  nats.publish(subject, JSON.stringify(data), { headers: head });
  await nats.flush();
}
