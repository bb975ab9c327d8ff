import { Bus, headersOf, taskConsumer } from '@llmos/bus';
import { LlmosError, type Capability } from '@llmos/contracts';
import { answer } from '@llmos/contracts/capabilities/generation';
import { detect } from '@llmos/contracts/capabilities/intent';
import { Cancellations, Forwarder, RunRecords, taskChain, type StepContext } from '@llmos/mesh';
import { createLogger } from '@llmos/telemetry';
import { startNatsServer, startServiceProcess, startStopwatch, waitFor, type TestNatsServer } from '@llmos/testing';
import type { TestServiceProcess } from '@llmos/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { showProcess } from './shown-process.js';

const PIPELINES = mkdtempSync(join(tmpdir(), 'llmos-wishes-'));
writeFileSync(
  join(PIPELINES, 'ask.yaml'),
  `name: ask
version: 1
deadlineMs: 20000
input: { text: { type: string } }
steps:
  - { id: intent, uses: intent.detect, with: { text: '\${input.text}' } }
  - { id: one, uses: generation.answer, with: { question: '\${input.text}' } }
  - { id: two, uses: generation.answer, with: { question: '\${input.text}' } }
result: \${two.text}
`,
);
const PLACES = 4;

/** The clocks of processes are compared over the broker: on a busy machine not exactly. */
const CLOCKS_MS = 2_000;
/** What a busy machine may take longer. */
const BUSY_MS = 900;

describe('what a caller wants of a run', () => {
  let nats: TestNatsServer;
  let gateway: TestServiceProcess;
  let bus: Bus;
  let hide: () => void;
  /** The work of `intent.detect`; that of `generation.answer` takes no time. */
  let work: (context: StepContext) => Promise<void>;
  let seen: { run: string; step: string; tenant: string; deadlineMs: number; tokensLeft: number | undefined }[] = [];

  const send = (path: string, headers: Record<string, string> = {}, text = 'hi', signal?: AbortSignal) =>
    fetch(gateway.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer acme', ...headers },
      body: JSON.stringify({ name: 'ask', text }),
      ...(signal ? { signal } : {}),
    });
  const ask = async (...args: Parameters<typeof send> extends [string, ...infer Rest] ? Rest : never) => {
    const response = await send('/serving/process', ...args);
    const body = (await response.json()) as { run_id?: string; error?: { code: string; field?: string } };
    return { status: response.status, run: body.run_id, error: body.error };
  };
  const show = async (run: string, method = 'GET') =>
    (await (
      await fetch(`${gateway.url}/v1/runs/${run}`, { method, headers: { authorization: 'Bearer acme' } })
    ).json()) as { status: string; error?: { code: string } };
  const ended = (run: string) =>
    waitFor('the run to end', async () => {
      const record = await show(run);
      return record.status === 'running' || record.status === 'accepted' ? undefined : record;
    });

  beforeAll(async () => {
    nats = await startNatsServer();
    gateway = await startServiceProcess({
      app: 'gateway',
      natsUrl: nats.url,
      env: {
        LLMOS_PORT: '0',
        LLMOS_GUARD: 'off',
        LLMOS_PIPELINES_DIR: PIPELINES,
        LLMOS_API_KEYS: ['acme', 'greedy', 'a', 'b', 'c', 'd', 'e'].map((name) => `${name}:${name}`).join(','),
      },
      startedWhen: '/healthz',
    });
    bus = await Bus.connect({ url: nats.url, service: 'intent' });
    const records = await RunRecords.open(bus);
    const tools = {
      bus,
      records,
      cancellations: new Cancellations(bus),
      log: createLogger({ service: 'test', level: 'silent' }),
      forwarder: new Forwarder(bus, records),
    };
    const serve = (capability: Capability, output: unknown, wait: (context: StepContext) => Promise<void>) => {
      const handle = taskChain(
        capability,
        async (_, context) => {
          const { run, step, tenant, deadlineMs, tokensLeft } = context;
          seen.push({ run, step, tenant, deadlineMs, tokensLeft });
          await wait(context);
          return output;
        },
        tools,
      );
      for (const lane of ['live', 'durable'] as const) bus.consume(taskConsumer(lane, capability.name), PLACES, handle);
    };
    serve(detect, detect.example.output, (context) => work(context));
    const written = { ...answer.example.output, usage: { inputTokens: 30, outputTokens: 10 } };
    serve(answer, written, ({ tokensLeft = Infinity }) => {
      if (tokensLeft < 40) throw new LlmosError('TOKEN_BUDGET_SPENT', 'Too few tokens are left.');
      return Promise.resolve();
    });
    hide = await showProcess(bus, 'intent', [detect.name, answer.name]);
    work = () => Promise.resolve();
    await waitFor('the gateway to know the services', async () => (await ask()).status === 200);
  }, 120_000);
  beforeEach(() => {
    work = () => Promise.resolve();
    seen = [];
  });
  afterAll(async () => {
    hide?.();
    await bus?.close(200);
    await gateway?.stop();
    await nats.stop();
    rmSync(PIPELINES, { recursive: true });
  }, 120_000);

  const hang = ({ signal }: StepContext) =>
    new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

  it('is a deadline, which every step knows', async () => {
    const from = Date.now();
    expect(await ask({ 'x-llmos-deadline-ms': '15000' })).toMatchObject({ status: 200 });
    const deadlines = seen.map(({ deadlineMs }) => deadlineMs);
    expect(deadlines.length).toBe(3);
    expect(Math.max(...deadlines) - Math.min(...deadlines)).toBeLessThan(CLOCKS_MS);
    expect(deadlines[0]).toBeGreaterThanOrEqual(from + 15_000 - CLOCKS_MS);
    expect(deadlines[0]).toBeLessThanOrEqual(Date.now() + 15_000 + CLOCKS_MS);
  });

  it('is no later than the pipeline allows', async () => {
    await ask({ 'x-llmos-deadline-ms': '3600000' });
    expect(seen[0]!.deadlineMs).toBeLessThanOrEqual(Date.now() + 20_000 + CLOCKS_MS);
  });

  it('ends the run at its deadline, and the work of its step', async () => {
    let isAborted = false;
    work = async (context) => {
      await hang(context).catch(() => undefined);
      isAborted = true;
    };
    expect(await ask({ 'x-llmos-deadline-ms': '300' })).toMatchObject({
      status: 504,
      error: { code: 'DEADLINE_EXCEEDED' },
    });
    await waitFor('the work to be aborted', () => isAborted);
  });

  it.each(['0', '-5', 'soon', '1.5', '86400001', '1e3', ''])('refuses the deadline %j by its name', async (value) => {
    const refused = { status: 400, error: { code: 'INVALID_ARGUMENT', field: 'x-llmos-deadline-ms' } };
    expect(await ask({ 'x-llmos-deadline-ms': value })).toMatchObject(refused);
    expect((await send('/v1/runs', { 'x-llmos-deadline-ms': value })).status).toBe(400);
  });

  it('is a deadline of a durable run', async () => {
    work = hang;
    const { run_id: run } = (await (await send('/v1/runs', { 'x-llmos-deadline-ms': '300' })).json()) as {
      run_id: string;
    };
    expect(await ended(run)).toMatchObject({ status: 'expired' });
  });

  const event = (id: string, own: object) => ({ specversion: '1.0', id, source: '/test', type: 'test', ...own });
  const sendEvent = (body: object) =>
    fetch(`${gateway.url}/v1/events/ask`, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json', authorization: 'Bearer acme' },
      body: JSON.stringify(body),
    });

  it('is the expirytime of an event, over HTTP and on the bus', async () => {
    const expiresAtMs = Date.now() + 15_000;
    const expirytime = new Date(expiresAtMs).toISOString();
    expect((await sendEvent(event('e1', { expirytime, data: { text: 'hi' } }))).status).toBe(202);
    const attributes = Object.entries(event('e2', { expirytime }));
    const h = headersOf(attributes.map(([name, value]) => [`ce-${name}`, [String(value)]]));
    bus.nc.publish('llmos.in.acme.ask', JSON.stringify({ text: 'hi' }), { headers: h });
    await waitFor('both runs to take all steps', () => seen.length === 6);
    for (const { deadlineMs } of seen) expect(Math.abs(deadlineMs - expiresAtMs)).toBeLessThan(CLOCKS_MS);
  });

  it('does nothing for an event that has expired, and says so', async () => {
    const expirytime = new Date(Date.now() - 1_000).toISOString();
    const { run_id: run } = (await (await sendEvent(event('e3', { expirytime }))).json()) as { run_id: string };
    expect(await ended(run)).toMatchObject({ status: 'expired' });
    expect(seen).toEqual([]);
  });

  it.each(['soon', '2026-01-31', 5, true])('refuses the expirytime %j by its name', async (expirytime) => {
    const response = await sendEvent(event('e4', { expirytime }));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'MALFORMED_EVENT', field: 'expirytime' } });
  });

  it('is a budget of tokens for all steps together', async () => {
    expect(await ask({ 'x-llmos-max-total-tokens': '100' })).toMatchObject({ status: 200 });
    expect(seen.map(({ tokensLeft }) => tokensLeft)).toEqual([100, 100, 60]);
    expect(await ask({ 'x-llmos-max-total-tokens': '79' })).toMatchObject({
      status: 422,
      error: { code: 'TOKEN_BUDGET_SPENT' },
    });
    const { run_id: run } = (await (
      await sendEvent(event('e5', { maxtotaltokens: 79, data: { text: 'hi' } }))
    ).json()) as { run_id: string };
    expect(await ended(run)).toMatchObject({ status: 'failed', error: { code: 'TOKEN_BUDGET_SPENT' } });
    expect(await ask({ 'x-llmos-max-total-tokens': 'many' })).toMatchObject({
      status: 400,
      error: { field: 'x-llmos-max-total-tokens' },
    });
  });

  it('is one run for requests with the same key, also while it is in progress', async () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    work = () => opened;
    const key = { 'idempotency-key': 'k1' };
    const first = ask(key);
    await waitFor('the run to begin', () => seen.length === 1);
    const second = ask(key);
    open();
    const [one, two] = await Promise.all([first, second]);
    expect(one.status).toBe(200);
    expect(two).toEqual(one);
    expect(await ask(key)).toEqual(one);
    expect(seen.length).toBe(3);
    expect(await ask(key, 'another text')).toMatchObject({ status: 409, error: { field: 'Idempotency-Key' } });
    expect((await ask({ 'idempotency-key': 'k2' })).run).not.toBe(one.run);
  });

  it('is the same run after the connection was lost', async () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    work = () => opened;
    const key = { 'idempotency-key': 'k3' };
    const leaving = new AbortController();
    const lost = send('/serving/process', key, 'hi', leaving.signal).catch(() => 'lost');
    await waitFor('the run to begin', () => seen.length === 1);
    leaving.abort();
    expect(await lost).toBe('lost');
    const again = ask(key);
    open();
    expect(await again).toMatchObject({ status: 200 });
    expect(seen.length).toBe(3);
  });

  it('is another run if the first with the key came to nothing', async () => {
    work = () => Promise.reject(new LlmosError('OVERLOADED', 'Too busy.'));
    const key = { 'idempotency-key': 'k4', 'x-llmos-deadline-ms': '1000' };
    expect((await ask(key)).status).toBeGreaterThanOrEqual(500);
    work = () => Promise.resolve();
    expect(await ask({ ...key, 'x-llmos-deadline-ms': '20000' })).toMatchObject({ status: 200 });
  });

  it('is its end: a cancelled run stops its work and gives its place to the next', async () => {
    let aborted = 0;
    work = (context) => hang(context).finally(() => aborted++);
    const responses = Array.from({ length: PLACES }, () => ask());
    await waitFor('all places to be taken', () => seen.length === PLACES);
    const runs = seen.map(({ run }) => run);
    work = () => Promise.resolve();
    const next = ask();
    const elapsed = startStopwatch();
    expect((await show(runs[0]!, 'DELETE')).status).toBe('cancelled');
    await waitFor('the work to stop', () => aborted === 1);
    expect(elapsed()).toBeLessThan(100 + BUSY_MS);
    expect(await next).toMatchObject({ status: 200 });
    for (const run of runs.slice(1)) await show(run, 'DELETE');
    await Promise.all(responses);
    // The callers hear of it before the workers have stopped.
    await waitFor('all work to stop', () => aborted === PLACES);
  });

  it('is as far ahead of a greedy tenant as its share', async () => {
    work = async () => void (await new Promise((resolve) => setTimeout(resolve, 20)));
    const as = (tenant: string) => ask({ authorization: `Bearer ${tenant}` });
    let isOver = false;
    const greedy = async () => {
      while (!isOver) await as('greedy');
    };
    const patienceMs = 60_000;
    const loops = Array.from({ length: 64 }, greedy);
    const started = () => seen.filter(({ step, tenant }) => step === 'intent' && tenant === 'greedy').length;
    await waitFor('the greedy tenant to be busy', () => started() > 20, patienceMs);
    const before: number[] = [];
    for (let round = 0; round < 4; round++)
      for (const tenant of ['a', 'b', 'c', 'd', 'e']) {
        const from = started();
        const answered = as(tenant);
        const at = seen.length;
        await waitFor('the run to start', () => seen.slice(at).some((each) => each.tenant === tenant), patienceMs);
        before.push(started() - from);
        await answered;
      }
    isOver = true;
    await Promise.all(loops);
    // In order of arrival there would be 60 greedy runs before each.
    before.sort((x, y) => x - y);
    expect(before[Math.floor(before.length / 2)]).toBeLessThanOrEqual(16);
    expect(before.at(-1)).toBeLessThan(50);
  }, 240_000);
});
