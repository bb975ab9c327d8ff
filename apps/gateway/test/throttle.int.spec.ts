import { Bus, taskConsumer, type KvBucket } from '@llmos/bus';
import type { Observation, Restriction } from '@llmos/contracts/capabilities/security';
import { LlmosError, type Pipeline, type TerminalAnswer } from '@llmos/contracts';
import { Forwarder, RunRecords } from '@llmos/mesh';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { showProcess } from './shown-process.js';

const CALLER = '203.0.113.7';
const ID = `address.${Buffer.from(CALLER).toString('base64url')}`;

describe('a gateway process with its throttle', () => {
  let nats: TestNatsServer;
  let gateway: ChildProcess;
  let bus: Bus;
  let restrictions: KvBucket;
  let url: string;
  const observed: Observation[] = [];
  let batches = 0;
  const hiding: (() => void)[] = [];

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(url + path, { headers: { 'x-forwarded-for': CALLER, authorization: 'Bearer k1', ...headers } });
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer k1',
        'x-forwarded-for': CALLER,
        ...headers,
      },
      body: JSON.stringify(body),
    });
  /** Answers every task of `intent.detect`. */
  const work = async (lane: 'live' | 'durable', answer: TerminalAnswer) => {
    const forwarder = new Forwarder(bus, await RunRecords.open(bus));
    bus.consume(taskConsumer(lane, 'intent.detect'), 1, async (delivery) => {
      const { envelope, body } = await bus.decode(delivery);
      const pipeline = JSON.parse((body as { pipeline: string }).pipeline) as Pipeline;
      await forwarder.endRun(envelope, { pipeline, timings: [] }, answer, undefined);
      delivery.ack();
    });
  };
  const write = (more: Partial<Restriction>) => {
    const restriction: Restriction = {
      id: ID,
      subject: { kind: 'address', id: CALLER },
      action: 'block',
      reason: 'test',
      since: new Date().toISOString(),
      until: new Date(Date.now() + 600_000).toISOString(),
      ...more,
    };
    return restrictions.put(ID, new TextEncoder().encode(JSON.stringify({ ...restriction, strikes: 1 })));
  };
  const statusIs = (status: number) =>
    waitFor(`status ${status}`, async () => (await get('/v1/runs/none')).status === status);

  beforeAll(async () => {
    nats = await startNatsServer();
    gateway = spawn(process.execPath, ['apps/gateway/dist/main.js'], {
      env: {
        ...process.env,
        LLMOS_NATS_URL: nats.url,
        LLMOS_PORT: '0',
        LLMOS_LOG_LEVEL: 'warn',
        LLMOS_API_KEYS: 'k1:acme',
        LLMOS_TRUSTED_PROXIES: '127.0.0.1',
        LLMOS_GUARD_BATCH_MS: '200',
        LLMOS_EXIT_WITH_PARENT: '1',
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    gateway.on('message', (message: { type?: string; url?: string }) => {
      if (message.type === 'listening') url = message.url!;
    });
    await waitFor('the gateway to listen', () => url !== undefined);
    bus = await Bus.connect({ url: nats.url, service: 'test' });
    restrictions = await bus.kv('restrictions', { history: 1, storage: 'file' });
    bus.consume(taskConsumer('durable', 'security.detect'), 4, async (delivery) => {
      const { envelope, body } = await bus.decode(delivery);
      expect(envelope.tenant).toBe('system');
      batches += 1;
      observed.push(...(body as { input: { observations: Observation[] } }).input.observations);
      delivery.ack();
    });
  }, 120_000);

  afterAll(async () => {
    for (const hide of hiding) hide();
    await bus?.close(200);
    gateway.kill('SIGTERM');
    if (gateway.exitCode === null) await once(gateway, 'exit');
    await nats.stop();
  }, 120_000);

  it('accepts requests while there is no restriction', async () => {
    expect((await get('/v1/runs/none')).status).toBe(400);
  });

  it('refuses a blocked caller before any work is done, and accepts it again when the restriction is lifted', async () => {
    await write({});
    await statusIs(403);
    const refused = await get('/v1/runs/none');
    expect(await refused.json()).toMatchObject({
      status: 'error',
      error: { code: 'RESTRICTED', retryable: false, message: expect.stringContaining(`'${ID}'`) as string },
    });
    for (const path of ['/healthz', '/metrics']) expect((await get(path)).status).toBe(200);
    expect((await get('/v1/runs/none', { 'x-forwarded-for': '203.0.113.8' })).status).toBe(400);
    await restrictions.delete(ID);
    await statusIs(400);
  });

  it('refuses a slowed caller with 429 and the time to wait', async () => {
    await write({ action: 'slow' });
    await statusIs(429);
    const refused = await get('/v1/runs/none');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ error: { code: 'RATE_LIMITED', retryable: true } });
    await restrictions.delete(ID);
    await statusIs(400);
  });

  it('sends observations without content once a service detects threats, and sends nothing while it is idle', async () => {
    expect(observed).toEqual([]);
    hiding.push(await showProcess(bus, 'security', ['security.detect']));
    const body = JSON.stringify({ name: 'detect_intent', text: 'a secret question' });
    await fetch(`${url}/serving/process`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer wrong', 'x-forwarded-for': CALLER },
      body,
    });
    await fetch(`${url}/serving/process`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer k1', 'x-forwarded-for': CALLER },
      body,
    });
    // Without input it answers with its greeting, here as server-sent events, which bypass the replies of Fastify.
    await fetch(`${url}/serving/process`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer k1',
        'x-forwarded-for': CALLER,
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ name: 'customer_service' }),
    }).then((response) => response.text());
    await get('/wp-admin');
    const seen = await waitFor('the observations', () =>
      observed.some(({ status }) => status === 404) ? observed : undefined,
    );
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    const route = 'POST /serving/process';
    const pipeline = 'detect_intent';
    expect(seen).toContainEqual(
      expect.objectContaining({ route, status: 401, tenant: 'anonymous', key: hash('wrong') }),
    );
    expect(seen).toContainEqual(
      expect.objectContaining({ route, pipeline, status: 503, tenant: 'acme', key: hash('k1'), address: CALLER }),
    );
    expect(seen).toContainEqual(expect.objectContaining({ route, pipeline: 'customer_service', status: 200 }));
    expect(seen).toContainEqual(expect.objectContaining({ route: 'GET (unknown)', status: 404 }));
    expect(seen.some(({ status }) => status === 403)).toBe(true);
    expect(seen.some(({ route }) => /healthz|metrics/.test(route))).toBe(false);
    expect(JSON.stringify(seen)).not.toMatch(/secret|k1"/);
    const before = batches;
    await get('/healthz');
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(batches).toBe(before);
  }, 120_000);

  it('observes a request whose client disconnects before the reply is complete', async () => {
    hiding.push(await showProcess(bus, 'intent', ['intent.detect']));
    const client = new AbortController();
    const worker = bus.consume(taskConsumer('live', 'intent.detect'), 1, async (delivery) => {
      delivery.ack();
      client.abort();
      await Promise.resolve();
    });
    const ask = () =>
      fetch(`${url}/serving/process`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer k1', 'x-forwarded-for': CALLER },
        body: JSON.stringify({ name: 'detect_intent', text: 'a question' }),
        signal: client.signal,
      });
    await waitFor('the service to be known', () =>
      ask().then(
        ({ status }) => status !== 503,
        () => true,
      ),
    );
    expect(client.signal.aborted).toBe(true);
    await waitFor('the observation', () =>
      observed.some(({ status, pipeline }) => status === 499 && pipeline === 'detect_intent'),
    );
    await worker.stop(0);
  }, 120_000);

  it('counts the tokens and the score of a live run with its request, whether the answer is streamed or not', async () => {
    const details = { usage: { inputTokens: 3, outputTokens: 4 }, screening: { score: 0.25 } };
    const answer = { type: 'completed' as const, result: 'secret', details, timings: [], degraded: [] };
    await work('live', answer);
    const question = { name: 'detect_intent', text: 'a secret question' };
    const statusOf = async (headers = {}) => (await post('/serving/process', question, headers)).status;
    await waitFor('the service to be known', async () => (await statusOf()) === 200);
    expect(await statusOf({ accept: 'text/event-stream' })).toBe(200);
    const withUsage = () => observed.filter(({ tokens, injectionScore }) => tokens === 7 && injectionScore === 0.25);
    await waitFor('both observations', () => withUsage().length === 2);
    for (const observation of withUsage())
      expect(observation).toMatchObject({ route: 'POST /serving/process', status: 200, pipeline: 'detect_intent' });
  }, 120_000);

  it('counts the refusal of a durable run once, where the run ends, however often its record is read', async () => {
    const error = new LlmosError('CONTENT_REFUSED', 'The text attacks the instructions of the model.').toBody();
    await work('durable', { type: 'failed', error });
    const started = await post('/v1/runs', { name: 'detect_intent', text: 'a secret attack' });
    const { run_id: run } = (await started.json()) as { run_id: string };
    const read = async () => (await (await get(`/v1/runs/${run}`)).json()) as { status: string };
    await waitFor('the run to be refused', async () => (await read()).status === 'failed');
    for (let i = 0; i < 10; i++) await read();
    const reads = () => observed.filter(({ route, status }) => route === 'GET /v1/runs/:id' && status === 200);
    await waitFor('the reads to be observed', () => reads().length >= 11);
    expect(observed.filter(({ injectionScore }) => injectionScore === 1)).toEqual([
      expect.objectContaining({
        kind: 'run',
        tenant: 'acme',
        key: createHash('sha256').update('k1').digest('hex'),
        address: CALLER,
        pipeline: 'detect_intent',
        injectionScore: 1,
      }),
    ]);
  }, 120_000);

  it('accepts requests while the broker is away, because no restriction could be lifted then', async () => {
    await nats.kill();
    expect((await get('/v1/runs/none')).status).toBe(400);
    expect((await get('/healthz')).status).toBe(200);
  });
});
