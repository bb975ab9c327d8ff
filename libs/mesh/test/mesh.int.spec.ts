import { Bus } from '@llmos/bus';
import { capability, LlmosError, type Answer, type Capability, type Pipeline, type RunContext } from '@llmos/contracts';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { createLogger } from '@llmos/telemetry';
import { STREAMS, taskConsumer } from '@llmos/bus';
import { z } from 'zod';
import { Cancellations } from '../src/cancellations.js';
import { endAbandoned } from '../src/end-abandoned.js';
import { Forwarder } from '../src/forward.js';
import { MeshClient } from '../src/mesh-client.js';
import { RunRecords } from '../src/run-records.js';
import type { Handler } from '../src/task/invoke.js';
import { taskChain } from '../src/task/task-chain.js';

const text = z.object({ text: z.string() });
const shout = capability({
  name: 'text.shout',
  summary: 'Upper case.',
  input: text,
  output: text,
  example: { input: { text: 'a' }, output: { text: 'A' } },
});
const repeat = capability({
  name: 'text.repeat',
  summary: 'Twice.',
  input: text,
  output: text,
  example: { input: { text: 'a' }, output: { text: 'aa' } },
});
const log = createLogger({ service: 'test', level: 'silent' });

const pipeline: Pipeline = {
  name: 'loud_twice',
  version: 1,
  description: '',
  role: 'caller',
  input: { text: { type: 'string', maxLength: 1_000_000, required: true } },
  deadlineMs: 60_000,
  steps: [
    { id: 'loud', uses: 'text.shout', with: { text: '${input.text}' }, onError: 'fail', stream: true },
    { id: 'twice', uses: 'text.repeat', with: { text: '${loud.text}' }, onError: 'fail', stream: false },
  ],
  result: '${twice.text}',
  details: { loud: '${loud.text}' },
};

/** A worker process as far as the bus can tell: its own connection, its own chain. */
async function startWorker(nats: TestNatsServer, capabilities: [Capability, Handler][], concurrency = 8): Promise<Bus> {
  const bus = await Bus.connect({ url: nats.url, service: 'text' });
  const records = await RunRecords.open(bus);
  const cancellations = new Cancellations(bus);
  for (const [contract, handler] of capabilities) {
    const process = taskChain(contract, handler, {
      bus,
      records,
      cancellations,
      log,
      forwarder: new Forwarder(bus, records),
    });
    for (const lane of ['live', 'durable'] as const)
      bus.consume(taskConsumer(lane, contract.name), concurrency, process);
  }
  return bus;
}

const upper: Handler = (input) => Promise.resolve({ text: (input as { text: string }).text.toUpperCase() });
const twice: Handler = (input) => Promise.resolve({ text: (input as { text: string }).text.repeat(2) });

describe('the mesh over a real nats-server', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  let client: MeshClient;
  const buses: Bus[] = [];
  const worker = async (...parameters: [[Capability, Handler][], number?]) => {
    const started = await startWorker(nats, ...parameters);
    buses.push(started);
    return started;
  };
  const context = (lane: RunContext['lane'] = 'live', patienceMs = 60_000): RunContext => ({
    run: bus.newRunId(),
    tenant: 'acme',
    lane,
    deadlineMs: Date.now() + patienceMs,
  });
  const converse = (
    request: RunContext,
    input: object = { text: 'hi' },
    onAnswer: (answer: Answer) => void = () => undefined,
    signal = new AbortController().signal,
  ) => client.converse({ ...request, pipeline, input: { ...input }, traceparent: undefined }, onAnswer, signal);

  beforeEach(async () => {
    nats = await startNatsServer();
    bus = await Bus.connect({ url: nats.url, service: 'gateway' });
    client = new MeshClient(bus, await RunRecords.open(bus));
    buses.push(bus);
  });
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((each) => each.close(200)));
    await nats.stop();
  });

  it('hands a run from step to step and answers once', async () => {
    await worker([
      [shout, upper],
      [repeat, twice],
    ]);
    const answers: Answer[] = [];
    const last = await converse(context(), { text: 'hi' }, (answer) => answers.push(answer));
    expect(last).toMatchObject({ type: 'completed', result: 'HIHI', details: { loud: 'HI' }, degraded: [] });
    expect(answers.map((answer) => answer.type)).toEqual(['step', 'completed']);
    expect(answers[0]).toMatchObject({ output: { text: 'HI' } });
    await waitFor('the work queue to be empty', async () => (await bus.pending(STREAMS.tasksLive)) === 0);
  });

  it('carries payloads over the message limit through the object store', async () => {
    await worker([
      [shout, upper],
      [repeat, (input) => Promise.resolve({ text: String((input as { text: string }).text.length) })],
    ]);
    expect(await converse(context(), { text: 'x'.repeat(900_000) })).toMatchObject({
      type: 'completed',
      result: '900000',
    });
  });

  it.each(['live', 'durable'] as const)(
    'says of a %s run that its answer is too large, at once and once',
    async (lane) => {
      let calls = 0;
      await worker([
        [shout, upper],
        [
          repeat,
          (input) => {
            calls++;
            return Promise.resolve({ text: (input as { text: string }).text.repeat(20_000_000) });
          },
        ],
      ]);
      expect(await converse(context(lane))).toMatchObject({
        type: 'failed',
        error: { code: 'PAYLOAD_TOO_LARGE', retryable: false },
      });
      expect(calls).toBe(1);
    },
  );

  it('shares the work between two replicas', async () => {
    const seen: string[] = [];
    const { promise: both, resolve } = Promise.withResolvers<void>();
    /** Keeps its tasks until the other replica has one too: neither can do all the work alone. */
    const slow =
      (name: string): Handler =>
      async (input) => {
        seen.push(name);
        if (new Set(seen).size === 2) resolve();
        await both;
        return upper(input, undefined as never);
      };
    await worker(
      [
        [shout, slow('first')],
        [repeat, twice],
      ],
      2,
    );
    await worker([[shout, slow('second')]], 2);
    await Promise.all(Array.from({ length: 20 }, () => converse(context())));
    expect(seen).toHaveLength(20);
    expect(new Set(seen)).toEqual(new Set(['first', 'second']));
  });

  it('publishes deltas in order and once', async () => {
    await worker([
      [
        shout,
        async (input, step) => {
          for (let i = 0; i < 50; i++) step.emit({ i });
          return upper(input, step);
        },
      ],
      [repeat, twice],
    ]);
    const deltas: unknown[] = [];
    await converse(context(), { text: 'hi' }, (answer) => {
      if (answer.type === 'delta') deltas.push(answer.delta);
    });
    expect(deltas).toEqual(Array.from({ length: 50 }, (_, i) => ({ i })));
  });

  it('returns the error of an invalid input to the caller and keeps no dead letter', async () => {
    await worker([
      [shout, () => Promise.reject(new LlmosError('INVALID_AUDIO', 'This is not sound.', { field: 'audio' }))],
      [repeat, twice],
    ]);
    expect(await converse(context())).toEqual({
      type: 'failed',
      step: 'loud',
      error: { code: 'INVALID_AUDIO', message: 'This is not sound.', retryable: false, field: 'audio' },
    });
    expect(await bus.pending(STREAMS.deadLetters)).toBe(0);
  });

  it('continues at the failed step in a new run when its dead letter is sent again', async () => {
    let broken = true;
    const failing: Handler = (input, step) =>
      broken ? Promise.reject(new LlmosError('INVALID_AUDIO', 'No.')) : twice(input, step);
    await worker([
      [shout, upper],
      [repeat, failing],
    ]);
    const first = context('durable');
    await client.start({ ...first, pipeline, input: { text: 'once more' }, traceparent: undefined });
    const letter = await waitFor('its dead letter', async () => {
      for await (const note of bus.deadLetterAdmin.list({ tenant: 'acme' })) if (note.run === first.run) return note;
      return undefined;
    });
    broken = false;
    const { run, subject } = await bus.deadLetterAdmin.redrive(letter.sequence);
    expect(subject).toBe('llmos.task.durable.text.repeat');
    expect(run).not.toBe(first.run);
    const record = await waitFor('the new run to be completed', async () => {
      const found = await client.records.get('acme', run!);
      return found?.status === 'completed' ? found : undefined;
    });
    expect(record).toMatchObject({ result: 'ONCE MOREONCE MORE' });
    expect((await client.records.get('acme', first.run))?.status).toBe('failed');
  });

  it('continues without a failed step where the pipeline says so, and never after a refusal', async () => {
    let refuse = false;
    const failing = () => Promise.reject(new LlmosError(refuse ? 'CONTENT_REFUSED' : 'INVALID_AUDIO', 'No.'));
    await worker([
      [shout, failing],
      [repeat, twice],
    ]);
    const [first, second] = pipeline.steps as [Pipeline['steps'][0], Pipeline['steps'][0]];
    const lenient: Pipeline = {
      ...pipeline,
      steps: [
        { ...first, onError: 'continue' },
        { ...second, with: { text: '${input.text}' } },
      ],
    };
    const run = () =>
      client.converse(
        { ...context(), pipeline: lenient, input: { text: 'hi' }, traceparent: undefined },
        () => undefined,
        new AbortController().signal,
      );
    expect(await run()).toMatchObject({ type: 'completed', result: 'hihi', degraded: ['loud'] });
    refuse = true;
    expect(await run()).toMatchObject({ type: 'failed', step: 'loud', error: { code: 'CONTENT_REFUSED' } });
  });

  it('masks an unknown error and keeps the task as a dead letter', async () => {
    await worker([
      [shout, () => Promise.reject(new Error('secret detail'))],
      [repeat, twice],
    ]);
    const last = await converse(context());
    expect(last).toMatchObject({ type: 'failed', error: { code: 'INTERNAL', retryable: false } });
    expect(JSON.stringify(last)).not.toContain('secret');
    await waitFor('the dead letter', async () => (await bus.pending(STREAMS.deadLetters)) === 1);
  });

  it('executes a step again after a transient failure', async () => {
    let calls = 0;
    await worker([
      [
        shout,
        (input, step) => (++calls < 3 ? Promise.reject(new LlmosError('UNAVAILABLE', 'later')) : upper(input, step)),
      ],
      [repeat, twice],
    ]);
    expect(await converse(context())).toMatchObject({
      type: 'completed',
      timings: [
        { step: 'loud', attempt: 3 },
        { step: 'twice', attempt: 1 },
      ],
    });
  });

  it('expires a run that no worker executes, and executes none of its steps later', async () => {
    const request = context('live', 300);
    expect(await converse(request)).toEqual({ type: 'expired' });
    let calls = 0;
    await worker([
      [
        shout,
        (input, step) => {
          calls++;
          return upper(input, step);
        },
      ],
      [repeat, twice],
    ]);
    await waitFor('the task to be dropped', async () => (await bus.pending(STREAMS.tasksLive)) === 0);
    expect(calls).toBe(0);
  });

  it('aborts the work in progress of a cancelled run', async () => {
    let aborted = false;
    const started = new AbortController();
    await worker([
      [
        shout,
        (_, step) =>
          new Promise((_resolve, reject) => {
            started.abort();
            step.signal.addEventListener('abort', () => {
              aborted = true;
              reject(step.signal.reason as Error);
            });
          }),
      ],
    ]);
    const caller = new AbortController();
    const outcome = converse(context(), { text: 'hi' }, () => undefined, caller.signal);
    await waitFor('the work to start', () => started.signal.aborted);
    caller.abort();
    expect(await outcome).toEqual({ type: 'cancelled' });
    await waitFor('the handler to be aborted', () => aborted);
    await waitFor('the work queue to be empty', async () => (await bus.pending(STREAMS.tasksLive)) === 0);
  });

  it('a durable run leaves a result event, a record, and one terminal answer however often it is delivered', async () => {
    const request = context('durable');
    await client.start({
      ...request,
      pipeline,
      input: { text: 'hi' },
      traceparent: undefined,
      correlationId: 'order-7',
    });
    await worker([
      [shout, upper],
      [repeat, twice],
    ]);
    await waitFor('the record', async () => (await client.records.get('acme', request.run))?.status === 'completed');
    // The record ends first, then the terminal answer is published, then the result event.
    await waitFor('the result event', async () => (await bus.pending(STREAMS.results)) > 0);
    await client.start({ ...request, pipeline, input: { text: 'hi' }, traceparent: undefined });
    expect(await bus.pending(STREAMS.results)).toBe(1);
    const said: string[] = [];
    for await (const { answer } of bus.readAnswers(request.run, { follow: false })) said.push(answer.type);
    expect(said).toEqual(['step', 'completed']);
  });

  it('a task that its worker dies on, again and again, becomes a dead letter and ends its run', async () => {
    bus.deadLetterAbandoned(endAbandoned(bus, new Forwarder(bus, client.records)));
    const deaf = await Bus.connect({ url: nats.url, service: 'text' });
    buses.push(deaf);
    const hang = () => new Promise<void>(() => undefined);
    deaf.consume({ ...taskConsumer('live', 'text.shout'), ackWaitMs: 200, maxDeliveries: 2 }, 8, hang);
    const last = await converse(context());
    expect(last).toMatchObject({
      type: 'failed',
      error: {
        code: 'UNAVAILABLE',
        message: 'The service went away 2 times while it worked on this. Try again.',
      },
    });
    await waitFor('the dead letter', async () => (await bus.pending(STREAMS.deadLetters)) === 1);
    await waitFor('the work queue to be empty', async () => (await bus.pending(STREAMS.tasksLive)) === 0);
  });

  it('refuses runs with OVERLOADED while the live lane is full, and accepts them afterwards', async () => {
    const request = { pipeline, input: { text: 'hi' }, traceparent: undefined };
    let refusal: unknown;
    // A busy broker may be late with its answer: whether it has the task or not, another one follows.
    const start = () =>
      client.start({ ...request, ...context('live', 240_000) }).catch((error: LlmosError) => {
        if (error.code !== 'UNAVAILABLE') refusal ??= error;
      });
    while (!refusal) await Promise.all(Array.from({ length: 500 }, start));
    expect(refusal).toMatchObject({ code: 'OVERLOADED', retryable: true });
    expect(await bus.pending(STREAMS.tasksLive)).toBe(10_000);
    await worker(
      [
        [shout, upper],
        [repeat, twice],
      ],
      64,
    );
    const isWorkedOff = async () => (await bus.pending(STREAMS.tasksLive)) === 0;
    await waitFor('the lane to be worked off', isWorkedOff, 150_000);
    expect(await converse(context())).toMatchObject({ type: 'completed' });
  }, 240_000);

  it('continues after the broker was killed and has lost its memory', async () => {
    await worker([
      [shout, upper],
      [repeat, twice],
    ]);
    await converse(context());
    await nats.crashAndRestart();
    const last = await waitFor('an answer after the restart', async () => {
      const answer = await converse(context('live', 2_000)).catch(() => undefined);
      return answer?.type === 'completed' ? answer : undefined;
    });
    expect(last.result).toBe('HIHI');
  });

  it('a malformed message becomes a dead letter with the field at fault and the next one is worked on', async () => {
    await worker([
      [shout, upper],
      [repeat, twice],
    ]);
    for (const body of ['{', '{}', '{"pipeline":1}', '[]', 'null', ''])
      bus.nc.publish('llmos.task.live.text.shout', body);
    await waitFor('the dead letters', async () => (await bus.pending(STREAMS.deadLetters)) === 6);
    expect(await converse(context())).toMatchObject({ type: 'completed' });
  });
});
