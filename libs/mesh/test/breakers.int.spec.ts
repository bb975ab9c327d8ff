import { Bus, taskConsumer } from '@llmos/bus';
import { LlmosError, type Pipeline, type Step } from '@llmos/contracts';
import { Breaker } from '@llmos/resilience';
import { createLogger, registry, startTracing } from '@llmos/telemetry';
import { startNatsServer, startOtlpReceiver, startStopwatch, waitFor, type TestNatsServer } from '@llmos/testing';
import { Breakers } from '../src/breakers.js';
import { Cancellations } from '../src/cancellations.js';
import { Forwarder } from '../src/forward.js';
import { MeshClient } from '../src/mesh-client.js';
import { RunRecords } from '../src/run-records.js';
import type { Handler } from '../src/task/invoke.js';
import { taskChain } from '../src/task/task-chain.js';
import { pipelineOf, shout, spell } from './shout.js';

const log = createLogger({ service: 'test', level: 'silent' });
const RULES = { volume: 5, errorPercent: 50, windowMs: 10_000, openMs: 300 };
/** For how long a try may take before another one is made. */
const LEASE_MS = 500;
/** A run that nobody queues is answered within this. */
const AT_ONCE_MS = 1_000;

describe('the breaker around a capability', () => {
  let nats: TestNatsServer;
  let gateway: Bus;
  let breakers: Breakers;
  let client: MeshClient;
  let buses: Bus[] = [];

  const open = async (service: string, rules = RULES) => {
    const bus = await Bus.connect({ url: nats.url, service });
    buses.push(bus);
    return { bus, breakers: await Breakers.open(bus, { service, rules }) };
  };

  beforeEach(async () => {
    nats = await startNatsServer();
    ({ bus: gateway, breakers } = await open('gateway'));
    client = new MeshClient(gateway, await RunRecords.open(gateway), breakers);
  });
  afterEach(async () => {
    await Promise.all(buses.map((bus) => bus.close(100)));
    buses = [];
    await nats.stop();
  });

  async function startService(contract: typeof shout, handler: Handler, rules = RULES): Promise<Breakers> {
    const { bus, breakers: own } = await open(contract.name.split('.')[0]!, rules);
    const records = await RunRecords.open(bus);
    const forwarder = new Forwarder(bus, records, own);
    const process = taskChain(contract, handler, {
      bus,
      records,
      forwarder,
      cancellations: new Cancellations(bus),
      log,
    });
    for (const lane of ['live', 'durable'] as const) bus.consume(taskConsumer(lane, contract.name), 8, process);
    return own;
  }

  /** A service that can be broken and mended, and counts what it is asked. */
  function fragile() {
    const state = { calls: 0, failure: new Error('broken') as Error | undefined };
    const handler: Handler = async (input) => {
      state.calls++;
      await Promise.resolve();
      if (state.failure) throw state.failure;
      return { text: (input as { text: string }).text.toUpperCase() };
    };
    return { state, handler };
  }

  async function ask(own: Partial<Step> = {}, more: Partial<Pipeline> = {}) {
    const elapsed = startStopwatch();
    const deadlineMs = Date.now() + 30_000;
    const context = { run: client.newRun(), tenant: 'acme', lane: 'live' as const, deadlineMs };
    const pipeline = { ...pipelineOf(own), ...more };
    const request = { ...context, pipeline, input: { text: 'hi' }, traceparent: undefined };
    const answer = await client.converse(request, () => undefined, new AbortController().signal);
    return { answer, waitedMs: elapsed() };
  }

  async function breakIt(handler: Handler, rules = RULES): Promise<Breakers> {
    const worker = await startService(shout, handler, rules);
    await Promise.all(Array.from({ length: RULES.volume }, () => ask()));
    await waitFor('the breaker to open everywhere', () =>
      [breakers, worker].every((each) => each.of('text.shout').current === 'open'),
    );
    return worker;
  }

  const minute = { ...RULES, openMs: 60_000 };

  it('refuses runs at once after failures, with the time to wait, and asks the service for nothing', async () => {
    const { state, handler } = fragile();
    await breakIt(handler, minute);
    const asked = state.calls;
    const { answer, waitedMs } = await ask();
    expect(answer).toMatchObject({ type: 'failed', step: 'loud', error: { code: 'UNAVAILABLE', retryable: true } });
    const { retryAfterSeconds } = (answer as { error: { retryAfterSeconds: number } }).error;
    expect(retryAfterSeconds).toBeGreaterThan(50);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(waitedMs).toBeLessThan(AT_ONCE_MS);
    expect(state.calls).toBe(asked);
    // The caller has his answer before the dead letter is stored.
    await waitFor('the dead letters', async () => (await gateway.pending('DEAD_LETTERS')) === RULES.volume);
  });

  it('sends runs to the fallback at once, or passes over the step; also further down the pipeline', async () => {
    const { state, handler } = fragile();
    await breakIt(handler, minute);
    const asked = state.calls;
    await startService(spell, (input) => Promise.resolve({ text: [...(input as { text: string }).text].join(' ') }));
    const other = { fallback: { uses: 'letters.spell', with: { text: '${input.text}' } } };
    const constant = { fallback: { output: { text: 'quiet' } } };
    const spelled = { ...pipelineOf({}).steps[0]!, id: 'apart', uses: 'letters.spell' };
    const later = { steps: [spelled, { ...pipelineOf({}).steps[0]!, ...constant }] };
    for (const [asking, result] of [
      [() => ask(other), 'h i'],
      [() => ask(constant), 'quiet'],
      [() => ask({ onError: 'continue' }), 'hi'],
      [() => ask({}, later), 'quiet'],
    ] as const) {
      const { answer, waitedMs } = await asking();
      expect(answer).toMatchObject({ type: 'completed', result, degraded: ['loud'] });
      expect(waitedMs).toBeLessThan(AT_ONCE_MS);
    }
    expect(state.calls).toBe(asked);
    const metrics = await registry.getMetricsAsJSON();
    const valuesOf = (name: string) =>
      metrics.find((metric) => metric.name === name)?.values.map(({ labels, value }) => ({ labels, value })) ?? [];
    expect(valuesOf('llmos_breaker_state')).toContainEqual({ labels: { breaker: 'text.shout' }, value: 2 });
    expect(valuesOf('llmos_steps_passed_over_total').map(({ labels }) => labels)).toContainEqual({
      ...{ capability: 'text.shout', pipeline: 'loud', step: 'loud', reason: 'open' },
    });
    for (const name of ['llmos_breaker_transitions_total', 'llmos_breaker_short_circuits_total'])
      expect(
        valuesOf(name).find(({ labels }) => 'breaker' in labels && labels.breaker === 'text.shout')?.value,
      ).toBeGreaterThan(0);
  });

  it('lets one run try when the time is over, while the others are refused, and closes everywhere', async () => {
    const { state, handler } = fragile();
    const gate = Promise.withResolvers<void>();
    const slow: Handler = async (...parameters) => {
      if (!state.failure) {
        state.calls++;
        await gate.promise;
        return { text: 'HI' };
      }
      return handler(...parameters);
    };
    const worker = await breakIt(slow);
    state.failure = undefined;
    state.calls = 0;
    await waitFor('the time to be over', () => breakers.of('text.shout').refusesForMs === 0);
    const trying = Array.from({ length: 30 }, () => ask());
    await waitFor('one to try', () => state.calls > 0);
    const refused = await Promise.race([Promise.all(trying), ask()]);
    expect(refused).toMatchObject({ answer: { type: 'failed', error: { code: 'UNAVAILABLE' } } });
    expect(state.calls).toBe(1);
    gate.resolve();
    const answers = (await Promise.all(trying)).map(({ answer }) => answer.type);
    expect(answers.filter((type) => type === 'completed')).toHaveLength(1);
    await waitFor('it to be closed', () =>
      [breakers, worker].every((each) => each.of('text.shout').current === 'closed'),
    );
    expect((await ask()).answer).toMatchObject({ type: 'completed', result: 'HI' });
  });

  it('keeps durable work until the service can do it again, and makes no dead letter of it', async () => {
    const { state, handler } = fragile();
    state.failure = new LlmosError('UNAVAILABLE', 'The model is away.');
    await breakIt(handler);
    // The callers have their answers before the dead letters are stored.
    await waitFor('the live tasks to be done', async () => (await gateway.pending('TASKS_LIVE')) === 0);
    const before = await gateway.pending('DEAD_LETTERS');
    const runs = Array.from({ length: 20 }, () => client.newRun());
    for (const run of runs) {
      const deadlineMs = Date.now() + 60_000;
      const context = { run, tenant: 'acme', lane: 'durable' as const, deadlineMs };
      await client.start({ ...context, pipeline: pipelineOf({}), input: { text: 'hi' }, traceparent: undefined });
    }
    state.failure = undefined;
    const isDone = async (run: string) => (await client.records.get('acme', run))?.status === 'completed';
    await waitFor('the durable runs', async () => (await Promise.all(runs.map(isDone))).every(Boolean));
    expect(await gateway.pending('DEAD_LETTERS')).toBe(before);
  });

  it.each([
    ['mistakes of callers', new LlmosError('INVALID_ARGUMENT', 'Too long.')],
    ['refusals', new LlmosError('CONTENT_REFUSED', 'No.')],
    ['overload', new LlmosError('OVERLOADED', 'Full.')],
    ['cancelled work', new LlmosError('CANCELLED', 'Left.')],
  ])('does not open after %s', async (_, failure) => {
    const { state, handler } = fragile();
    state.failure = failure;
    const worker = await startService(shout, handler);
    await Promise.all(Array.from({ length: 20 }, () => ask({ onError: 'fail', fallback: undefined })));
    expect(worker.of('text.shout').current).toBe('closed');
  });

  it('does not open when the deadlines of callers pass', async () => {
    const endless: Handler = () => new Promise(() => undefined);
    const worker = await startService(shout, endless);
    const asked = Array.from({ length: 8 }, async () => {
      const context = { run: client.newRun(), tenant: 'acme', lane: 'live' as const, deadlineMs: Date.now() + 300 };
      const request = { ...context, pipeline: pipelineOf({}), input: { text: 'hi' }, traceparent: undefined };
      return client.converse(request, () => undefined, new AbortController().signal);
    });
    expect((await Promise.all(asked)).every(({ type }) => type === 'expired')).toBe(true);
    expect(worker.of('text.shout').current).toBe('closed');
  });

  it('opens after streams that break off when callers have heard their beginning', async () => {
    const breaking: Handler = async (_, { emit }) => {
      emit({ sentence: 'The answer' });
      await Promise.resolve();
      throw new Error('the connection was reset');
    };
    await breakIt(breaking, minute);
  });

  it('is in the trace: the refusal, the fallback and the change of state', async () => {
    const otlp = await startOtlpReceiver();
    const stopTracing = await startTracing({ service: 'test', otlpUrl: otlp.url, ratio: 1 });
    const { handler } = fragile();
    await breakIt(handler, minute);
    const spelled = { ...pipelineOf({}).steps[0]!, id: 'apart', uses: 'letters.spell' };
    await startService(spell, () => Promise.resolve({ text: 'h i' }));
    await ask({}, { steps: [spelled, { ...pipelineOf({}).steps[0]!, fallback: { output: { text: 'quiet' } } }] });
    // The caller has his answer before the task is done.
    await waitFor('the task to be done', async () => (await gateway.pending('TASKS_LIVE')) === 0);
    await stopTracing();
    const events = otlp.spans.flatMap((span) => span.events.map((event) => ({ span: span.name, ...event })));
    await otlp.stop();
    const span = 'process llmos.task.live.letters.spell';
    expect(events).toContainEqual({
      span,
      name: 'llmos.breaker.refused',
      attributes: { 'llmos.breaker': 'text.shout' },
    });
    expect(events).toContainEqual({
      span,
      name: 'llmos.step.passed_over',
      attributes: {
        'llmos.step': 'loud',
        'llmos.capability': 'text.shout',
        'llmos.passed_over.reason': 'open',
        'llmos.passed_over.instead': 'output',
      },
    });
    expect(events).toContainEqual(
      expect.objectContaining({ span: 'process llmos.task.live.text.shout', name: 'llmos.breaker.open' }),
    );
  });

  it('lets exactly one of many clients try, storm after storm, and another one when it dies', async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, (_, nth) => open(`client${nth}`)));
    const all = clients.map((each) => each.breakers.of('text.shout'));
    const areAll = (state: string) =>
      waitFor(`all to be ${state}`, () => all.every(({ current }) => current === state));
    const storm = async (leaseMs: number) => {
      const admissions = await Promise.all(
        all.flatMap((breaker) =>
          Array.from({ length: 40 }, async () => ({ breaker, admission: await breaker.admit(leaseMs) })),
        ),
      );
      const probes = admissions.filter(({ admission }) => admission.type === 'probe');
      return { probes, passed: admissions.filter(({ admission }) => admission.type === 'pass').length };
    };
    const due = () => waitFor('a try to be due', () => all.every(({ refusesForMs }) => refusesForMs === 0));
    for (let call = 0; call < RULES.volume; call++) all[0]!.settle(await all[0]!.admit(1_000), 'failed');
    for (let round = 0; round < 25; round++) {
      await areAll('open');
      await due();
      const { probes, passed } = await storm(60_000);
      expect({ round, probes: probes.length, passed }).toEqual({ round, probes: 1, passed: 0 });
      await areAll('half-open');
      probes[0]!.breaker.settle(probes[0]!.admission, 'failed');
    }
    // The one that tries dies: nothing is heard of it.
    await areAll('open');
    await due();
    const from = performance.now();
    expect((await storm(LEASE_MS)).probes).toHaveLength(1);
    await areAll('half-open');
    const early = (await storm(LEASE_MS)).probes.length;
    // On a slow machine the second storm may end after the lease.
    if (performance.now() - from < LEASE_MS) expect(early).toBe(0);
    await due();
    const { probes } = await storm(60_000);
    expect(probes).toHaveLength(1);
    probes[0]!.breaker.settle(probes[0]!.admission, 'ok');
    await areAll('closed');
  });

  it('of a server that replicas call is shared by them, not by other services, and that of a model in memory by nobody', async () => {
    const services = ['generation', 'generation', 'retrieval'];
    const opened = await Promise.all(services.map((service) => open(service, minute)));
    const [first, replica, stranger] = opened.map((each) => new Breaker(each.breakers.shared('model server')));
    const [model, other] = opened.map((each) => new Breaker(each.breakers.own('minilm')));
    for (const breaker of [model!, first!])
      for (let call = 0; call < RULES.volume; call++) breaker.settle(await breaker.admit(1_000), 'failed');
    await waitFor('the replica to hear of it', () => replica!.current === 'open');
    expect(await replica!.admit(1_000)).toMatchObject({ type: 'refused' });
    expect([model!.current, other!.current, stranger!.current]).toEqual(['open', 'closed', 'closed']);
  });

  it('goes by the view of each process while the broker is away, and by the shared one when it is back', async () => {
    const { breakers: other } = await open('other');
    const [mine, theirs] = [breakers.of('text.shout'), other.of('text.shout')];
    await nats.kill();
    await waitFor('the loss to be seen', () => buses.every(({ usable }) => !usable));
    for (let call = 0; call < RULES.volume; call++) mine.settle(await mine.admit(1_000), 'failed');
    expect(mine.current).toBe('open');
    expect(await theirs.admit(1_000)).toEqual({ type: 'pass' });
    await waitFor('a try to be due', () => mine.refusesForMs === 0);
    const admissions = await Promise.all([mine.admit(1_000), mine.admit(1_000)]);
    expect(admissions.map(({ type }) => type).sort()).toEqual(['probe', 'refused']);
    mine.settle(
      admissions.find(({ type }) => type === 'probe')!,
      'ok',
    );
    await waitFor('it to be closed', () => mine.current === 'closed');
    await nats.restart();
    await waitFor('the broker to be back', () => buses.every(({ usable }) => usable));
    const fail = async () => mine.settle(await mine.admit(1_000), 'failed');
    const isSeen = async () => {
      await fail();
      return theirs.current === 'open';
    };
    await waitFor('the other one to see it', isSeen);
  });
});
