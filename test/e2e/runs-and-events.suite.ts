import { headers, type NatsConnection } from '@nats-io/transport-node';
import { waitFor } from '@llmos/testing';
import { readEvents, type Instance } from './instance.js';

/** Runs that nobody waits for: over HTTP and by events, for callers and operators. */
export function runsAndEventsSuite(running: () => Instance): void {
  let instance: Instance;
  beforeAll(() => {
    instance = running();
  });

  it('starts a durable run once per idempotency key, shows its record and streams its answers', async () => {
    const body = { name: 'customer_service', text: 'How do I change my PIN?' };
    const headersOf = { 'content-type': 'application/json', 'idempotency-key': 'pin-1' };
    const first = await instance.post('/v1/runs', body, headersOf);
    const again = await instance.post('/v1/runs', body, headersOf);
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(again.body.run_id).toBe(first.body.run_id);
    expect((await instance.post('/v1/runs', { ...body, text: 'Something else' }, headersOf)).status).toBe(409);
    const record = await waitFor('the run to be completed', async () => {
      const found = (await (await fetch(`${instance.url}/v1/runs/${first.body.run_id}`)).json()) as {
        status: string;
        result: string;
        steps: unknown[];
      };
      return found.status === 'completed' ? found : undefined;
    });
    expect(record.steps).toHaveLength(9);
    const events = await readEvents(await fetch(`${instance.url}/v1/runs/${first.body.run_id}/stream`));
    expect(events.at(-1)).toMatchObject({ event: 'completed', data: { result: record.result } });
    const resumed = await readEvents(
      await fetch(`${instance.url}/v1/runs/${first.body.run_id}/stream`, {
        headers: { 'last-event-id': events.at(-2)!.id! },
      }),
    );
    expect(resumed.map(({ event }) => event)).toEqual(['completed']);
    expect((await fetch(`${instance.url}/v1/runs/01a20a99-2d57-739a-8add-326838ae97de`)).status).toBe(404);
  });

  it('cancels a run, which then never completes', async () => {
    const text = 'How long does a transfer to another country take to arrive?';
    const cancel = async () => {
      const started = await instance.post('/v1/runs', { name: 'customer_service', text });
      const deleted = await fetch(`${instance.url}/v1/runs/${started.body.run_id}`, { method: 'DELETE' });
      const { status } = (await deleted.json()) as { status: string };
      // A run can end before it is cancelled.
      return status === 'cancelled' && started;
    };
    const started = await waitFor('a run to be cancelled', cancel);
    const events = await readEvents(await fetch(`${instance.url}/v1/runs/${started.body.run_id}/stream`));
    expect(events.at(-1)!.event).toBe('cancelled');
    expect(await (await fetch(`${instance.url}/v1/runs/${started.body.run_id}`)).json()).toMatchObject({
      status: 'cancelled',
    });
  });

  it('answers an event with one result event, however often the event is published', async () => {
    const nc = await instance.connectAs('default');
    try {
      const results = nc.subscribe('llmos.out.default.customer_service');
      const h = headers();
      for (const [name, value] of Object.entries({
        'ce-specversion': '1.0',
        'ce-id': 'order-7',
        'ce-source': 'crm',
        'ce-type': 'com.example.question',
        'content-type': 'application/json',
      }))
        h.set(name, value);
      for (let i = 0; i < 3; i++)
        nc.publish(
          'llmos.in.default.customer_service',
          JSON.stringify({ text: 'I lost my phone. What should I do?' }),
          { headers: h },
        );
      const received: { correlation: string; type: string; body: { result?: string } }[] = [];
      void (async () => {
        for await (const message of results) {
          const correlation = message.headers!.get('ce-correlationid');
          // Runs of other tests may still end.
          if (correlation !== 'order-7') continue;
          received.push({ correlation, type: message.headers!.get('ce-type'), body: message.json() });
        }
      })();
      await waitFor('the result', () => received.length > 0);
      expect(received).toEqual([
        {
          correlation: 'order-7',
          type: 'org.llmos.run.completed',
          body: expect.objectContaining({ result: expect.any(String) as string }) as object,
        },
      ]);
    } finally {
      await nc.close();
    }
  });

  it('refuses that a tenant publishes for another tenant or on internal subjects', async () => {
    const nc = await instance.connectAs('default');
    try {
      const refused: string[] = [];
      void (async () => {
        for await (const status of nc.status()) if (status.type === 'error') refused.push(String(status.error));
      })();
      const subjects = [
        'llmos.in.other.customer_service',
        'llmos.in.~operator.default.shred_tenant',
        'llmos.task.live.asr.transcribe',
        'llmos.answer.abcd.x',
        '$JS.API.STREAM.DELETE.TASKS_LIVE',
      ];
      for (const subject of subjects) nc.publish(subject, '{}');
      await nc.flush();
      await waitFor('every publish to be refused', () => refused.length >= subjects.length);
      for (const subject of subjects) expect(refused.join()).toContain(subject);
    } finally {
      await nc.close();
    }
  });

  it("runs operators' pipelines on the bus for operators only, and only operators receive the results", async () => {
    const [caller, operator] = await Promise.all([
      instance.connectAs('default'),
      instance.connectAs('default-operator'),
    ]);
    try {
      const ids = ['as-caller', 'as-operator', 'question'];
      const read: Record<string, string[]> = { caller: [], operator: [] };
      const follow = (nc: NatsConnection, name: string) =>
        nc.subscribe('llmos.out.default.>', {
          callback: (_, { subject, headers: h }) => {
            // Runs of other tests may still end.
            if (ids.includes(h!.get('ce-correlationid'))) read[name]!.push(subject);
          },
        });
      follow(caller, 'caller');
      follow(operator, 'operator');
      await Promise.all([caller.flush(), operator.flush()]);
      const event = (id: string) => {
        const h = headers();
        const attributes = { 'ce-specversion': '1.0', 'ce-id': id, 'ce-source': '/roles' };
        for (const [name, value] of Object.entries(attributes)) h.set(name, value);
        return { headers: h };
      };
      // This event fails, because its publisher is a caller: its result says so where operators read it.
      caller.publish('llmos.in.default.recommender_models', '{}', event('as-caller'));
      operator.publish('llmos.in.~operator.default.recommender_models', '{}', event('as-operator'));
      await waitFor('the results of both', () => read['operator']!.length > 1);
      caller.publish('llmos.in.default.detect_intent', '{"text":"I lost my card"}', event('question'));
      // Each connection receives its messages in order; the order between the two connections is undefined.
      await waitFor('the result of the caller', () => read['caller']!.length > 0 && read['operator']!.length > 2);
      expect(read).toEqual({
        caller: ['llmos.out.default.detect_intent'],
        operator: [
          ...['llmos.out.default.recommender_models', 'llmos.out.default.recommender_models'],
          'llmos.out.default.detect_intent',
        ],
      });
    } finally {
      await Promise.all([caller.close(), operator.close()]);
    }
  });
}
