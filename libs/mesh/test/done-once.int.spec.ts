import { Bus, STREAMS, taskConsumer, type Delivery } from '@llmos/bus';
import { capability, type Pipeline, type RunContext } from '@llmos/contracts';
import { createLogger } from '@llmos/telemetry';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { z } from 'zod';
import { Cancellations } from '../src/cancellations.js';
import { Forwarder } from '../src/forward.js';
import { MeshClient } from '../src/mesh-client.js';
import { RunRecords } from '../src/run-records.js';
import { taskChain } from '../src/task/task-chain.js';

const body = z.object({ text: z.string() });
const contractOf = (name: string) =>
  capability({
    name,
    summary: 'The same text.',
    input: body,
    output: body,
    example: { input: { text: 'a' }, output: { text: 'a' } },
  });
const FIRST = contractOf('text.first');
const SECOND = contractOf('text.second');
const step = (id: string, uses: string) => ({
  id,
  uses,
  with: { text: '${input.text}' },
  onError: 'fail' as const,
  stream: false,
});
const pipeline: Pipeline = {
  name: 'two_steps',
  version: 1,
  description: '',
  role: 'caller',
  input: { text: { type: 'string', maxLength: 100, required: true } },
  deadlineMs: 60_000,
  steps: [step('first', FIRST.name), step('second', SECOND.name)],
  result: '${second.text}',
  details: {},
};
/** A process that works shows it more often than that, on a slow machine too. */
const ACK_WAIT_MS = 1_000;

/** What a process does with a delivery before it dies: the broker hears no more of it. */
const diesBeforeAck = (delivery: Delivery): Delivery => ({
  ...delivery,
  ack: () => undefined,
  nak: () => undefined,
  term: () => undefined,
  working: () => undefined,
});

describe('a step that is done', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  let client: MeshClient;
  const buses: Bus[] = [];
  const done: string[] = [];

  const connect = async (service: string) => {
    const connected = await Bus.connect({ url: nats.url, service });
    buses.push(connected);
    return connected;
  };
  /** A process that does one step in one lane. */
  const work = async (
    contract: typeof FIRST,
    lane: RunContext['lane'],
    as: (delivery: Delivery) => Delivery = (delivery) => delivery,
  ): Promise<Bus> => {
    const own = await connect('text');
    const records = await RunRecords.open(own);
    const handle = taskChain(
      contract,
      (input) => {
        done.push(contract.name);
        return Promise.resolve(input);
      },
      {
        bus: own,
        records,
        cancellations: new Cancellations(own),
        log: createLogger({ service: 'test', level: 'silent' }),
        forwarder: new Forwarder(own, records),
      },
    );
    const consumer = { ...taskConsumer(lane, contract.name), ackWaitMs: ACK_WAIT_MS, requestMs: 1_000 };
    own.consume(consumer, 1, (delivery) => handle(as(delivery)));
    return own;
  };
  const start = async (lane: RunContext['lane'], isRepeated = false, run = bus.newRunId()): Promise<RunContext> => {
    const context: RunContext = { run, tenant: 'acme', lane, deadlineMs: Date.now() + 60_000 };
    await client.start({ ...context, pipeline, input: { text: 'hi' }, traceparent: undefined, isRepeated });
    return context;
  };
  const statusOf = async ({ tenant, run }: RunContext) => (await client.records.get(tenant, run))?.status;
  const queueOf = (lane: RunContext['lane']) => (lane === 'live' ? STREAMS.tasksLive : STREAMS.tasksDurable);
  const emptied = (lane: RunContext['lane']) =>
    waitFor('the work queue to be empty', async () => (await bus.pending(queueOf(lane))) === 0);

  beforeEach(async () => {
    done.length = 0;
    nats = await startNatsServer();
    bus = await connect('gateway');
    client = new MeshClient(bus, await RunRecords.open(bus));
  });
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((each) => each.close(200)));
    await nats.stop();
  });

  it.each(['live', 'durable'] as const)(
    'is not done again when its process died after the hand-over (%s)',
    async (lane) => {
      const dying = await work(FIRST, lane, diesBeforeAck);
      await start(lane);
      await waitFor('the next task', async () => (await bus.pending(queueOf(lane))) === 2);
      await dying.close(0);
      await work(FIRST, lane);
      await waitFor('the first task to leave the queue', async () => (await bus.pending(queueOf(lane))) === 1);
      await work(SECOND, lane);
      await emptied(lane);
      expect(done).toEqual([FIRST.name, SECOND.name]);
    },
    120_000,
  );

  it.each(['live', 'durable'] as const)(
    'is not done again when it was the last one of its run (%s)',
    async (lane) => {
      await work(FIRST, lane);
      const dying = await work(SECOND, lane, diesBeforeAck);
      await start(lane);
      await waitFor('the last step', () => done.includes(SECOND.name));
      await waitFor('the terminal answer', async () => (await bus.pending(STREAMS.answers)) === 1);
      await dying.close(0);
      await work(SECOND, lane);
      await emptied(lane);
      expect(done).toEqual([FIRST.name, SECOND.name]);
      expect(await bus.pending(STREAMS.results)).toBe(lane === 'durable' ? 1 : 0);
    },
    120_000,
  );

  it('is not done again when the broker was killed as well, and has forgotten the ids of what is done', async () => {
    const dying = await work(FIRST, 'durable', diesBeforeAck);
    const context = await start('durable');
    await waitFor('the next task', async () => (await bus.pending(STREAMS.tasksDurable)) === 2);
    await dying.close(0);
    await work(SECOND, 'durable');
    await waitFor('the end of the run', async () => (await statusOf(context)) === 'completed');
    await nats.crashAndRestart();
    await waitFor('the broker', () => bus.usable);
    await work(FIRST, 'durable');
    await emptied('durable');
    expect(done).toEqual([FIRST.name, SECOND.name]);
    expect(await bus.pending(STREAMS.results)).toBe(1);
  }, 120_000);

  it('is not done again when its task is published twice, because the broker was killed before it confirmed', async () => {
    await work(FIRST, 'durable');
    await work(SECOND, 'durable');
    const context = await start('durable');
    await waitFor('the end of the run', async () => (await statusOf(context)) === 'completed');
    await emptied('durable');
    await nats.crashAndRestart();
    await waitFor('the broker', () => bus.usable);
    // The broker knows nothing of the first task any more: the publisher's next attempt is stored.
    const again = { ...context, pipelineName: pipeline.name, isRepeated: true };
    await bus.runs.publishTask(again, FIRST.name, '0', taskBody(), undefined);
    await emptied('durable');
    expect(done).toEqual([FIRST.name, SECOND.name]);
  }, 120_000);

  it('is not done for a run that is started twice, with a restart of the broker in between', async () => {
    await work(FIRST, 'durable');
    const context = await start('durable');
    await waitFor('the first step', () => done.length === 1);
    await waitFor('the task to be acknowledged', async () => (await bus.pending(STREAMS.tasksDurable)) === 1);
    await nats.crashAndRestart();
    await waitFor('the broker', () => bus.usable);
    await start('durable', true, context.run);
    await work(SECOND, 'durable');
    await waitFor('the end of the run', async () => (await statusOf(context)) === 'completed');
    await emptied('durable');
    expect(done).toEqual([FIRST.name, SECOND.name]);
  }, 120_000);

  it('is not begun for a run that was cancelled before its service started', async () => {
    const context = await start('durable');
    await client.cancel((await client.records.get('acme', context.run))!);
    expect(await statusOf(context)).toBe('cancelled');
    await work(FIRST, 'durable');
    await emptied('durable');
    expect(done).toEqual([]);
  }, 120_000);

  it('is shown by the record of its run, from the moment it is accepted', async () => {
    const context = await start('durable');
    const shown = async () => {
      const record = await client.records.get('acme', context.run);
      return { status: record?.status, steps: record?.steps.map(({ step: id }) => id) };
    };
    expect(await shown()).toEqual({ status: 'accepted', steps: [] });
    const hanging = await connect('text');
    let second: Delivery | undefined;
    hanging.consume(taskConsumer('durable', SECOND.name), 1, (delivery) => {
      second = delivery;
      return new Promise(() => undefined);
    });
    await work(FIRST, 'durable');
    await waitFor('the second task', () => second !== undefined);
    expect((await shown()).status).toBe('running');
    await work(SECOND, 'durable');
    second?.nak(0);
    await waitFor('the end', async () => (await shown()).status === 'completed');
    expect((await shown()).steps).toEqual(['first', 'second']);
  }, 120_000);
});

function taskBody(): object {
  return {
    pipeline: JSON.stringify(pipeline),
    index: 0,
    input: { text: 'hi' },
    outputs: {},
    timings: [],
    degraded: [],
  };
}
