import { STREAMS, taskConsumer } from '@llmos/bus';
import { LlmosError, type Pipeline } from '@llmos/contracts';
import { waitFor } from '@llmos/testing';
import { endAbandoned } from '../src/end-abandoned.js';
import { Forwarder } from '../src/forward.js';
import type { Handler } from '../src/task/invoke.js';
import { LoudTwice, pipeline, repeat, twice, upper } from './loud-twice.js';
import { shout } from './shout.js';

describe('a run in which something fails, over a real nats-server', () => {
  let mesh: LoudTwice;
  beforeEach(async () => {
    mesh = await LoudTwice.start();
  });
  afterEach(() => mesh.stop());

  it('returns the error of an invalid input to the caller and keeps no dead letter', async () => {
    await mesh.worker([
      [shout, () => Promise.reject(new LlmosError('INVALID_AUDIO', 'This is not sound.', { field: 'audio' }))],
      [repeat, twice],
    ]);
    expect(await mesh.converse(mesh.context())).toEqual({
      type: 'failed',
      step: 'loud',
      error: { code: 'INVALID_AUDIO', message: 'This is not sound.', retryable: false, field: 'audio' },
    });
    expect(await mesh.bus.pending(STREAMS.deadLetters)).toBe(0);
  });

  it('continues at the failed step in a new run when its dead letter is sent again', async () => {
    let broken = true;
    const failing: Handler = (input, step) =>
      broken ? Promise.reject(new LlmosError('INVALID_AUDIO', 'No.')) : twice(input, step);
    await mesh.worker([
      [shout, upper],
      [repeat, failing],
    ]);
    const first = mesh.context('durable');
    await mesh.client.start({ ...first, pipeline, input: { text: 'once more' }, traceparent: undefined });
    const letter = await waitFor('its dead letter', async () => {
      for await (const note of mesh.bus.deadLetterAdmin.list({ tenant: 'acme' }))
        if (note.run === first.run) return note;
      return undefined;
    });
    broken = false;
    const { run, subject } = await mesh.bus.deadLetterAdmin.redrive(letter.sequence);
    expect(subject).toBe('llmos.task.durable.text.repeat');
    expect(run).not.toBe(first.run);
    const record = await waitFor('the new run to be completed', async () => {
      const found = await mesh.client.records.get('acme', run!);
      return found?.status === 'completed' ? found : undefined;
    });
    expect(record).toMatchObject({ result: 'ONCE MOREONCE MORE' });
    expect((await mesh.client.records.get('acme', first.run))?.status).toBe('failed');
  });

  it('continues without a failed step where the pipeline says so, and never after a refusal', async () => {
    let refuse = false;
    const failing = () => Promise.reject(new LlmosError(refuse ? 'CONTENT_REFUSED' : 'INVALID_AUDIO', 'No.'));
    await mesh.worker([
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
      mesh.client.converse(
        { ...mesh.context(), pipeline: lenient, input: { text: 'hi' }, traceparent: undefined },
        () => undefined,
        new AbortController().signal,
      );
    expect(await run()).toMatchObject({ type: 'completed', result: 'hihi', degraded: ['loud'] });
    refuse = true;
    expect(await run()).toMatchObject({ type: 'failed', step: 'loud', error: { code: 'CONTENT_REFUSED' } });
  });

  it('masks an unknown error and keeps the task as a dead letter', async () => {
    await mesh.worker([
      [shout, () => Promise.reject(new Error('secret detail'))],
      [repeat, twice],
    ]);
    const last = await mesh.converse(mesh.context());
    expect(last).toMatchObject({ type: 'failed', error: { code: 'INTERNAL', retryable: false } });
    expect(JSON.stringify(last)).not.toContain('secret');
    await waitFor('the dead letter', async () => (await mesh.bus.pending(STREAMS.deadLetters)) === 1);
  });

  it('executes a step again after a transient failure', async () => {
    let calls = 0;
    await mesh.worker([
      [
        shout,
        (input, step) => (++calls < 3 ? Promise.reject(new LlmosError('UNAVAILABLE', 'later')) : upper(input, step)),
      ],
      [repeat, twice],
    ]);
    expect(await mesh.converse(mesh.context())).toMatchObject({
      type: 'completed',
      timings: [
        { step: 'loud', attempt: 3 },
        { step: 'twice', attempt: 1 },
      ],
    });
  });

  it('expires a run that no worker executes, and executes none of its steps later', async () => {
    const request = mesh.context('live', 300);
    expect(await mesh.converse(request)).toEqual({ type: 'expired' });
    let calls = 0;
    await mesh.worker([
      [
        shout,
        (input, step) => {
          calls++;
          return upper(input, step);
        },
      ],
      [repeat, twice],
    ]);
    await waitFor('the task to be dropped', async () => (await mesh.bus.pending(STREAMS.tasksLive)) === 0);
    expect(calls).toBe(0);
  });

  it('a task that its worker dies on, again and again, becomes a dead letter and ends its run', async () => {
    mesh.bus.deadLetterAbandoned(endAbandoned(mesh.bus, new Forwarder(mesh.bus, mesh.client.records)));
    const deaf = await mesh.connect();
    const hang = () => new Promise<void>(() => undefined);
    deaf.consume({ ...taskConsumer('live', 'text.shout'), ackWaitMs: 200, maxDeliveries: 2 }, 8, hang);
    const last = await mesh.converse(mesh.context());
    expect(last).toMatchObject({
      type: 'failed',
      error: {
        code: 'UNAVAILABLE',
        message: 'The service went away 2 times while it worked on this. Try again.',
      },
    });
    await waitFor('the dead letter', async () => (await mesh.bus.pending(STREAMS.deadLetters)) === 1);
    await waitFor('the work queue to be empty', async () => (await mesh.bus.pending(STREAMS.tasksLive)) === 0);
  });

  it('a malformed message becomes a dead letter with the field at fault and the next one is worked on', async () => {
    await mesh.worker([
      [shout, upper],
      [repeat, twice],
    ]);
    for (const body of ['{', '{}', '{"pipeline":1}', '[]', 'null', ''])
      mesh.bus.nc.publish('llmos.task.live.text.shout', body);
    await waitFor('the dead letters', async () => (await mesh.bus.pending(STREAMS.deadLetters)) === 6);
    expect(await mesh.converse(mesh.context())).toMatchObject({ type: 'completed' });
  });

  it('continues after the broker was killed and has lost its memory', async () => {
    await mesh.worker([
      [shout, upper],
      [repeat, twice],
    ]);
    await mesh.converse(mesh.context());
    await mesh.nats.crashAndRestart();
    const last = await waitFor('an answer after the restart', async () => {
      const answer = await mesh.converse(mesh.context('live', 2_000)).catch(() => undefined);
      return answer?.type === 'completed' ? answer : undefined;
    });
    expect(last.result).toBe('HIHI');
  });
});
