import { Bus, taskConsumer, type Delivery } from '@llmos/bus';
import { newRunId, type Pipeline, type RunRecord } from '@llmos/contracts';
import { Forwarder, RunRecords } from '@llmos/mesh';
import { startNatsServer, startServiceProcess, type TestNatsServer, type TestServiceProcess } from '@llmos/testing';
import { showProcess } from './shown-process.js';

const QUESTION = { name: 'detect_intent', text: 'Where is my card?' };

describe('runs of a gateway process', () => {
  let nats: TestNatsServer;
  let gateway: TestServiceProcess;
  let bus: Bus;
  let records: RunRecords;
  let hide: () => void;
  /** Called for each task of `intent.detect` between two deltas. */
  let atWork: (run: string) => Promise<void> = async () => undefined;
  /** Of every completed run. */
  let details: Record<string, unknown> = {};

  const json = { 'content-type': 'application/json' };
  const process = (headers: Record<string, string> = {}) =>
    fetch(`${gateway.url}/serving/process`, {
      method: 'POST',
      headers: { ...json, ...headers },
      body: JSON.stringify(QUESTION),
    });
  const show = async (run: string, method = 'GET') =>
    (await (await fetch(`${gateway.url}/v1/runs/${run}`, { method })).json()) as RunRecord & { error?: object };

  async function detect(delivery: Delivery, forwarder: Forwarder): Promise<void> {
    const { envelope, body } = await bus.decode(delivery);
    const pipeline = JSON.parse((body as { pipeline: string }).pipeline) as Pipeline;
    bus.runs.publishAnswer(envelope, { type: 'delta', step: 'intent', index: 0, delta: 'a' });
    await atWork(envelope.run);
    bus.runs.publishAnswer(envelope, { type: 'delta', step: 'intent', index: 1, delta: 'b' });
    const completed = { type: 'completed' as const, result: 'Found.', details, timings: [], degraded: [] };
    await forwarder.endRun(envelope, { pipeline, timings: [] }, completed, undefined);
    delivery.ack();
  }

  beforeAll(async () => {
    nats = await startNatsServer();
    gateway = await startServiceProcess({
      app: 'gateway',
      natsUrl: nats.url,
      env: { LLMOS_PORT: '0' },
      startedWhen: '/healthz',
    });
    bus = await Bus.connect({ url: nats.url, service: 'test' });
    records = await RunRecords.open(bus);
    const forwarder = new Forwarder(bus, records);
    for (const lane of ['live', 'durable'] as const)
      bus.consume(taskConsumer(lane, 'intent.detect'), 1, (delivery) => detect(delivery, forwarder));
    hide = await showProcess(bus, 'intent', ['intent.detect'], gateway.url);
  }, 120_000);
  afterEach(() => {
    atWork = async () => undefined;
    details = {};
  });
  afterAll(async () => {
    hide?.();
    await bus?.close(200);
    await gateway?.stop();
    await nats.stop();
  }, 120_000);

  it('end with the same event on every stream, and show bytes in base64', async () => {
    details = { audio: Uint8Array.of(1, 2, 255) };
    const shown = { audio: { $bytes: 'AQL/' } };
    const completed = { type: 'completed', result: 'Found.', details: shown, timings: [], degraded: [] };
    const last = (events: string) =>
      JSON.parse(events.slice(events.lastIndexOf('data: ') + 'data: '.length)) as unknown;
    const follow = async (run: string) => last(await (await fetch(`${gateway.url}/v1/runs/${run}/stream`)).text());
    const live = await process({ accept: 'text/event-stream' });
    expect(last(await live.text())).toEqual(completed);
    expect(await follow(live.headers.get('x-llmos-run')!)).toEqual(completed);
    const body = JSON.stringify(QUESTION);
    const started = await fetch(`${gateway.url}/v1/runs`, { method: 'POST', headers: json, body });
    const { run_id: run } = (await started.json()) as { run_id: string };
    expect(await follow(run)).toEqual(completed);
    expect(await show(run)).toMatchObject({ run_id: run, status: 'completed', details: shown });
    const reply = await (await process()).json();
    expect(reply).toMatchObject({ status: 'success', result: 'Found.', details: { ...shown, timings: [] } });
  });

  it('number the events of a waiting call, so that its stream can be resumed without a gap', async () => {
    const response = await process({ accept: 'text/event-stream' });
    const events = await response.text();
    expect(events.match(/^(id|event): .*/gm)).toEqual([
      ...['id: 1', 'event: delta', 'id: 2', 'event: delta', 'id: 3', 'event: completed'],
    ]);
    const stream = `${gateway.url}/v1/runs/${response.headers.get('x-llmos-run')}/stream`;
    const resumed = await (await fetch(stream, { headers: { 'last-event-id': '2' } })).text();
    expect(resumed).toContain('event: completed');
  });

  it('have a record that names the pipeline, while a call waits for the answer and afterwards', async () => {
    let during: RunRecord | undefined;
    atWork = async (run) => {
      await bus.nc.flush();
      during = await show(run);
    };
    const { run_id: run } = (await (await process()).json()) as { run_id: string };
    expect(during).toMatchObject({ run_id: run, pipeline: 'detect_intent', lane: 'live', status: 'running' });
    expect(await show(run)).toMatchObject({ pipeline: 'detect_intent', status: 'completed', result: 'Found.' });
  });

  it('can be cancelled while a call waits for the answer, which then says so', async () => {
    let cancelled: RunRecord | undefined;
    atWork = async (run) => void (cancelled = await show(run, 'DELETE'));
    const response = await process();
    expect(cancelled).toMatchObject({ status: 'cancelled' });
    expect(response.status).toBe(409);
  });

  it('can be cancelled when the file of their pipeline is gone', async () => {
    const record: RunRecord = {
      run: newRunId(),
      tenant: 'default',
      pipeline: 'a_pipeline_of_last_week',
      lane: 'durable',
      status: 'running',
      steps: [],
      createdAt: new Date().toISOString(),
    };
    await records.begin(record);
    expect(await show(record.run, 'DELETE')).toEqual({ run_id: record.run, status: 'cancelled' });
    expect(await show(record.run)).toMatchObject({ pipeline: 'a_pipeline_of_last_week', status: 'cancelled' });
    const follow = await (await fetch(`${gateway.url}/v1/runs/${record.run}/stream`)).text();
    expect(follow).toContain('event: cancelled');
  });

  it('are one run for requests with the same key, and a conflict for another request with the key', async () => {
    const start = async (text: string) => {
      const headers = { ...json, 'idempotency-key': 'key-1' };
      const body = JSON.stringify({ ...QUESTION, text });
      const response = await fetch(`${gateway.url}/v1/runs`, { method: 'POST', headers, body });
      return { status: response.status, run: response.headers.get('x-llmos-run') };
    };
    const first = await start('one');
    expect(first.status).toBe(202);
    expect(await start('one')).toEqual(first);
    expect((await start('two')).status).toBe(409);
  });
});
