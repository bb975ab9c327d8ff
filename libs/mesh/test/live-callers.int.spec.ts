import { Bus, MAX_DELIVERIES, STREAMS, taskConsumer } from '@llmos/bus';
import { toLlmosError, type Answer, type Capability, type Pipeline, type Step } from '@llmos/contracts';
import { createLogger } from '@llmos/telemetry';
import { startNatsServer, startStopwatch, waitFor, type TestNatsServer } from '@llmos/testing';
import { Cancellations } from '../src/cancellations.js';
import { endAbandoned } from '../src/end-abandoned.js';
import { Forwarder } from '../src/forward.js';
import { MeshClient } from '../src/mesh-client.js';
import { Nodes, SIGN_EVERY_MS } from '../src/nodes.js';
import { RunRecords } from '../src/run-records.js';
import { StandIn } from '../src/stand-in.js';
import type { Handler } from '../src/task/invoke.js';
import { taskChain } from '../src/task/task-chain.js';
import { setTimeout as pause } from 'node:timers/promises';
import { pipelineOf, shout, spell } from './shout.js';

const CAPABILITIES = [shout, spell];
const log = createLogger({ service: 'test', level: 'silent' });

/** As long as a caller may wait for an answer, a fallback or an error after which he can ask again. */
const PATIENCE_MS = 3_500;
/** What a busy machine may take longer. */
const BUSY_MS = 1_000;

const upper: Handler = (input) => Promise.resolve({ text: (input as { text: string }).text.toUpperCase() });
const slowUpper: Handler = (input, context) => pause(50).then(() => upper(input, context));
const apart: Handler = (input) => Promise.resolve({ text: [...(input as { text: string }).text].join(' ') });

describe('a caller with a live run', () => {
  let nats: TestNatsServer;
  let gateway: Bus;
  let nodes: Nodes;
  let standIn: StandIn;
  let client: MeshClient;
  let ends: (() => Promise<void> | void)[] = [];

  beforeEach(async () => {
    nats = await startNatsServer();
    gateway = await Bus.connect({ url: nats.url, service: 'gateway' });
    nodes = await Nodes.open(gateway);
    await nodes.watch();
    const records = await RunRecords.open(gateway);
    client = new MeshClient(gateway, records);
    const cancellations = new Cancellations(gateway);
    standIn = new StandIn(CAPABILITIES, {
      bus: gateway,
      nodes,
      records,
      cancellations,
      log,
      forwarder: new Forwarder(gateway, records),
    });
    ends = [() => nodes.stop(), () => standIn.stop()];
  });
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    await gateway.close(0);
    await nats.stop();
  });

  /** A process that shows itself and does its tasks, until it dies. */
  async function startService(contract: Capability, handler: Handler, concurrency = 8): Promise<{ die(): void }> {
    const bus = await Bus.connect({ url: nats.url, service: 'text' });
    const records = await RunRecords.open(bus);
    const forwarder = new Forwarder(bus, records);
    const process = taskChain(contract, handler, {
      bus,
      records,
      forwarder,
      cancellations: new Cancellations(bus),
      log,
    });
    for (const lane of ['live', 'durable'] as const)
      bus.consume(taskConsumer(lane, contract.name), concurrency, process);
    const own = await Nodes.open(bus);
    const [service, node] = [contract.name.split('.')[0]!, `${contract.name.split('.')[0]}-${ends.length}`];
    const announce = () =>
      own
        .announce({ node, service, capabilities: [contract.name], ready: true, checks: [], pid: 1 })
        .catch(() => undefined);
    const timers = [
      setInterval(() => own.sign({ service, node }), SIGN_EVERY_MS),
      setInterval(() => void announce(), 500),
    ];
    const die = () => {
      for (const timer of timers) clearInterval(timer);
      void bus.nc.close();
    };
    ends.push(() => (die(), bus.close(0)));
    own.sign({ service, node });
    await announce();
    await waitFor(`${contract.name} to be ready`, () => nodes.hasReady(contract.name));
    return { die };
  }

  async function ask(pipeline: Pipeline, onAnswer: (answer: Answer) => void = () => undefined) {
    const elapsed = startStopwatch();
    const deadlineMs = Date.now() + 30_000;
    const context = { run: client.newRun(), tenant: 'acme', lane: 'live' as const, deadlineMs };
    const request = { ...context, pipeline, input: { text: 'hi' }, traceparent: undefined };
    // A run that the broker did not accept in time, because it stopped in between, is refused: callers see the same.
    const refused = (error: unknown) => ({ type: 'failed' as const, error: toLlmosError(error).toBody() });
    const answer = await client.converse(request, onAnswer, new AbortController().signal).catch(refused);
    return { answer, waitedMs: elapsed() };
  }

  /** The service dies with the task. */
  async function askTheDying(own: Partial<Step>) {
    const service = await startService(shout, () => {
      service.die();
      return new Promise(() => undefined);
    });
    return ask(pipelineOf(own));
  }

  it('whose worker dies receives an answer without an optional step, or with its fallback', async () => {
    const { answer, waitedMs } = await askTheDying({ fallback: { output: { text: '${input.text}!' } } });
    expect(answer).toMatchObject({ type: 'completed', result: 'hi!', degraded: ['loud'] });
    expect(waitedMs).toBeLessThan(PATIENCE_MS);
    // The service is known to be away: nobody waits for it again.
    const next = await ask(pipelineOf({ onError: 'continue' }));
    expect(next.answer).toMatchObject({ type: 'completed', result: 'hi', degraded: ['loud'] });
    expect(next.waitedMs).toBeLessThan(1_000);
  }, 120_000);

  it('receives the output of the capability that is the fallback of a step', async () => {
    await startService(spell, apart);
    const { answer, waitedMs } = await askTheDying({
      fallback: { uses: 'letters.spell', with: { text: '${input.text}' } },
    });
    expect(answer).toMatchObject({ type: 'completed', result: 'h i', degraded: ['loud'] });
    expect(answer).toMatchObject({ timings: [{ step: 'loud', capability: 'letters.spell' }] });
    expect(waitedMs).toBeLessThan(PATIENCE_MS);
  }, 120_000);

  it('is told to ask again if the step is needed and its service stays away', async () => {
    const { answer, waitedMs } = await askTheDying({});
    expect(answer).toMatchObject({ type: 'failed', step: 'loud', error: { code: 'UNAVAILABLE', retryable: true } });
    expect(waitedMs).toBeLessThan(PATIENCE_MS);
  }, 120_000);

  it('receives the answer of a service that is back in time', async () => {
    const answering = askTheDying({});
    await waitFor(
      'the service to be away',
      () => nodes.awayMs(shout.name) > 0 && Number.isFinite(nodes.awayMs(shout.name)),
    );
    await startService(shout, upper);
    expect(await answering).toMatchObject({ answer: { type: 'completed', result: 'HI', degraded: [] } });
  }, 120_000);

  it('receives it too if many wait for a service that does one task at a time', async () => {
    gateway.deadLetterAbandoned(endAbandoned(gateway, new Forwarder(gateway, client.records)));
    const first = await startService(shout, () => new Promise(() => first.die()), 1);
    const answering = Array.from({ length: 12 }, () => ask(pipelineOf({})));
    await waitFor('the service to be missed', () => nodes.isMissed(shout.name));
    await waitFor('the tasks to be taken', async () => (await gateway.pending(STREAMS.tasksLive)) === 12);
    const attempts: number[] = [];
    await startService(shout, (input, context) => (attempts.push(context.attempt), slowUpper(input, context)), 1);
    const answers = (await Promise.all(answering)).map(({ answer }) => answer);
    expect(answers.filter(({ type }) => type !== 'completed')).toEqual([]);
    // Its worker died, it was taken meanwhile, it was done.
    expect(Math.max(...attempts)).toBeLessThanOrEqual(3);
  }, 120_000);

  /** One replica after another dies with the task. */
  async function askAll(own: Partial<Step>) {
    gateway.deadLetterAbandoned(endAbandoned(gateway, new Forwarder(gateway, client.records)));
    for (let n = 0; n < MAX_DELIVERIES; n++) {
      const replica = await startService(shout, () => new Promise(() => replica.die()));
    }
    return ask(pipelineOf(own));
  }

  it('whose workers die one after another is told to ask again', async () => {
    const { answer } = await askAll({});
    expect(answer).toMatchObject({ type: 'failed', step: 'loud', error: { code: 'UNAVAILABLE', retryable: true } });
    await waitFor('the dead letter', async () => (await gateway.pending(STREAMS.deadLetters)) === 1);
  }, 120_000);

  it('receives the fallback of a step whose workers die one after another', async () => {
    const { answer, waitedMs } = await askAll({ fallback: { output: { text: '${input.text}!' } } });
    expect(answer).toMatchObject({ type: 'completed', result: 'hi!', degraded: ['loud'] });
    expect(waitedMs).toBeLessThan(PATIENCE_MS);
  }, 120_000);

  it('receives an answer although the clock of the machine is set meanwhile', async () => {
    const realNow = Date.now;
    await startService(shout, (input, context) => {
      Date.now = () => realNow() + 3_600_000;
      return upper(input, context);
    });
    try {
      const [step] = pipelineOf({}).steps;
      const { answer } = await ask({ ...pipelineOf({}), steps: [step!, { ...step!, id: 'again' }] });
      expect(answer).toMatchObject({ type: 'completed', result: 'HI' });
    } finally {
      Date.now = realNow;
    }
  }, 120_000);

  it('receives an answer although the broker restarts and loses the task', async () => {
    let calls = 0;
    await startService(shout, async (input, context) => {
      if (calls++ === 0) await nats.crashAndRestart();
      return upper(input, context);
    });
    const { answer, waitedMs } = await ask(pipelineOf({}));
    expect(answer).toMatchObject({ type: 'completed', result: 'HI' });
    expect(waitedMs).toBeLessThan(PATIENCE_MS);
  }, 120_000);

  it('is told to ask again if the broker restarts in the middle of the answer, within 1 s of its return', async () => {
    const deltas: Answer[] = [];
    let sinceReturn: (() => number) | undefined;
    await startService(shout, async (_, context) => {
      context.emit('H');
      await waitFor('the delta', () => deltas.length > 0);
      await nats.crashAndRestart();
      sinceReturn = startStopwatch();
      // A worker that is done now could be faster than the caller's process is back.
      return new Promise(() => undefined);
    });
    const { answer } = await ask(pipelineOf({ stream: true }), (part) => deltas.push(part));
    expect(answer).toMatchObject({ type: 'failed', error: { code: 'UNAVAILABLE', retryable: true } });
    expect(sinceReturn!()).toBeLessThan(1_000 + BUSY_MS);
    expect(deltas).toContainEqual({ type: 'delta', step: 'loud', index: 0, delta: 'H' });
  }, 120_000);

  it('is told to ask again if the broker stays away', async () => {
    await startService(shout, async () => {
      await nats.kill();
      return new Promise(() => undefined);
    });
    const { answer, waitedMs } = await ask(pipelineOf({}));
    expect(answer).toMatchObject({ type: 'failed', error: { code: 'UNAVAILABLE', retryable: true } });
    expect(waitedMs).toBeLessThan(PATIENCE_MS);
    await nats.restart();
  }, 120_000);

  it('is told to ask again if the broker freezes: its connections stay open', async () => {
    await startService(shout, () => {
      process.kill(nats.pid, 'SIGSTOP');
      return new Promise(() => undefined);
    });
    try {
      const { answer, waitedMs } = await ask(pipelineOf({}));
      expect(answer).toMatchObject({ type: 'failed', error: { code: 'UNAVAILABLE', retryable: true } });
      expect(waitedMs).toBeLessThan(PATIENCE_MS);
    } finally {
      process.kill(nats.pid, 'SIGCONT');
    }
    await waitFor('the broker to be usable', () => gateway.usable);
  }, 120_000);
});
