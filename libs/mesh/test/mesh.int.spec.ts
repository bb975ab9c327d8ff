import { STREAMS, taskConsumer } from '@llmos/bus';
import type { Answer, Capability, LlmosError } from '@llmos/contracts';
import { waitFor } from '@llmos/testing';
import { setTimeout as pause } from 'node:timers/promises';
import type { Handler } from '../src/task/invoke.js';
import { LoudTwice, pipeline, repeat, twice, upper } from './loud-twice.js';
import { shout } from './shout.js';

/** After so long without a sign of work, a live task goes to another worker. */
const ACK_WAIT_MS = taskConsumer('live', shout.name).ackWaitMs!;

describe('the mesh over a real nats-server', () => {
  let mesh: LoudTwice;
  beforeEach(async () => {
    mesh = await LoudTwice.start();
  });
  afterEach(() => mesh.stop());

  it('hands a run from step to step and answers once', async () => {
    await mesh.worker([
      [shout, upper],
      [repeat, twice],
    ]);
    const answers: Answer[] = [];
    const last = await mesh.converse(mesh.context(), { text: 'hi' }, (answer) => answers.push(answer));
    expect(last).toMatchObject({ type: 'completed', result: 'HIHI', details: { loud: 'HI' }, degraded: [] });
    expect(answers.map((answer) => answer.type)).toEqual(['step', 'completed']);
    expect(answers[0]).toMatchObject({ output: { text: 'HI' } });
    await waitFor('the work queue to be empty', async () => (await mesh.bus.pending(STREAMS.tasksLive)) === 0);
  });

  it('carries payloads over the message limit through the object store', async () => {
    await mesh.worker([
      [shout, upper],
      [repeat, (input) => Promise.resolve({ text: String((input as { text: string }).text.length) })],
    ]);
    expect(await mesh.converse(mesh.context(), { text: 'x'.repeat(900_000) })).toMatchObject({
      type: 'completed',
      result: '900000',
    });
  });

  it.each(['live', 'durable'] as const)(
    'says of a %s run that its answer is too large, at once and once',
    async (lane) => {
      let calls = 0;
      await mesh.worker([
        [shout, upper],
        [
          repeat,
          (input) => {
            calls++;
            return Promise.resolve({ text: (input as { text: string }).text.repeat(20_000_000) });
          },
        ],
      ]);
      expect(await mesh.converse(mesh.context(lane))).toMatchObject({
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
    await mesh.worker(
      [
        [shout, slow('first')],
        [repeat, twice],
      ],
      2,
    );
    await mesh.worker([[shout, slow('second')]], 2);
    await Promise.all(Array.from({ length: 20 }, () => mesh.converse(mesh.context())));
    expect(seen).toHaveLength(20);
    expect(new Set(seen)).toEqual(new Set(['first', 'second']));
  });

  it('leaves a task to a process that takes long and lives, although another one is free', async () => {
    const attempts: number[] = [];
    const slow: Handler = async (input, step) => {
      attempts.push(step.attempt);
      await pause(3 * ACK_WAIT_MS);
      return upper(input, step);
    };
    const steps: [Capability, Handler][] = [
      [shout, slow],
      [repeat, twice],
    ];
    await mesh.worker(steps);
    await mesh.worker(steps);
    expect(await mesh.converse(mesh.context())).toMatchObject({ type: 'completed', result: 'HIHI' });
    expect(attempts).toEqual([1]);
  });

  it('publishes deltas in order and once', async () => {
    await mesh.worker([
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
    await mesh.converse(mesh.context(), { text: 'hi' }, (answer) => {
      if (answer.type === 'delta') deltas.push(answer.delta);
    });
    expect(deltas).toEqual(Array.from({ length: 50 }, (_, i) => ({ i })));
  });

  it('aborts the work in progress of a cancelled run', async () => {
    let aborted = false;
    const started = new AbortController();
    await mesh.worker([
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
    const outcome = mesh.converse(mesh.context(), { text: 'hi' }, () => undefined, caller.signal);
    await waitFor('the work to start', () => started.signal.aborted);
    caller.abort();
    expect(await outcome).toEqual({ type: 'cancelled' });
    await waitFor('the handler to be aborted', () => aborted);
    await waitFor('the work queue to be empty', async () => (await mesh.bus.pending(STREAMS.tasksLive)) === 0);
  });

  it('a durable run leaves a result event, a record, and one terminal answer however often it is delivered', async () => {
    const request = mesh.context('durable');
    await mesh.client.start({
      ...request,
      pipeline,
      input: { text: 'hi' },
      traceparent: undefined,
      correlationId: 'order-7',
    });
    await mesh.worker([
      [shout, upper],
      [repeat, twice],
    ]);
    await waitFor(
      'the record',
      async () => (await mesh.client.records.get('acme', request.run))?.status === 'completed',
    );
    // The record ends first, then the terminal answer is published, then the result event.
    await waitFor('the result event', async () => (await mesh.bus.pending(STREAMS.results)) > 0);
    await mesh.client.start({ ...request, pipeline, input: { text: 'hi' }, traceparent: undefined });
    expect(await mesh.bus.pending(STREAMS.results)).toBe(1);
    const said: string[] = [];
    for await (const { answer } of mesh.bus.readAnswers(request.run, { follow: false })) said.push(answer.type);
    expect(said).toEqual(['step', 'completed']);
  });

  it('refuses runs with OVERLOADED while the live lane is full, and accepts them afterwards', async () => {
    const request = { pipeline, input: { text: 'hi' }, traceparent: undefined };
    let refusal: unknown;
    // A busy broker may be late with its answer: whether it has the task or not, another one follows.
    const start = () =>
      mesh.client.start({ ...request, ...mesh.context('live', 240_000) }).catch((error: LlmosError) => {
        if (error.code !== 'UNAVAILABLE') refusal ??= error;
      });
    while (!refusal) await Promise.all(Array.from({ length: 500 }, start));
    expect(refusal).toMatchObject({ code: 'OVERLOADED', retryable: true });
    expect(await mesh.bus.pending(STREAMS.tasksLive)).toBe(10_000);
    await mesh.worker(
      [
        [shout, upper],
        [repeat, twice],
      ],
      64,
    );
    const isWorkedOff = async () => (await mesh.bus.pending(STREAMS.tasksLive)) === 0;
    await waitFor('the lane to be worked off', isWorkedOff, 150_000);
    expect(await mesh.converse(mesh.context())).toMatchObject({ type: 'completed' });
  }, 240_000);
});
