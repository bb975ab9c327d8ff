import { Bus } from '@llmos/bus';
import { capability, type Pipeline } from '@llmos/contracts';
import { createLogger } from '@llmos/telemetry';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { Controller, Inject, Module } from '@nestjs/common';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startService } from '../src/bootstrap.js';
import { MeshClient } from '../src/mesh-client.js';
import { newProcess, readConfig, type NewProcess } from '../src/process.js';
import { GoneReplicas } from '../src/routing/gone-replicas.js';
import { OwnReplica } from '../src/routing/own-replica.js';
import { prefixOf } from '../src/routing/prefix.js';
import { Replicas } from '../src/routing/replicas.js';
import { RunRecords } from '../src/run-records.js';
import { Step } from '../src/step.decorator.js';

const chat = capability({
  name: 'chat.answer',
  summary: 'Says who answers.',
  reads: ['history', 'question'],
  timeoutMs: 100_000,
  input: z.object({ question: z.string(), history: z.array(z.string()).optional() }),
  output: z.object({ by: z.string() }),
  example: { input: { question: 'a' }, output: { by: 'b' } },
});

const PIPELINE: Pipeline = {
  name: 'chat',
  version: 1,
  description: '',
  role: 'caller',
  input: { question: { type: 'string', maxLength: 100, required: true }, history: { type: 'json', required: false } },
  deadlineMs: 60_000,
  steps: [
    {
      id: 'answer',
      uses: chat.name,
      with: { question: '${input.question}', history: '${input.history}' },
      onError: 'fail',
      stream: false,
    },
  ],
  result: '${answer.by}',
  details: {},
};

interface Worker {
  readonly name: string;
  readonly own: NewProcess;
  readonly bus: () => Bus;
}

describe('live tasks of a capability that declares what it reads', () => {
  let nats: TestNatsServer;
  let home: string;
  let bus: Bus;
  let replicas: Replicas;
  let gone: GoneReplicas | undefined;
  const workers: Worker[] = [];
  /** What the handlers of a worker wait for. */
  const holds = new Map<string, () => Promise<void>>();

  beforeEach(async () => {
    nats = await startNatsServer();
    home = await mkdtemp(join(tmpdir(), 'llmos-routing-'));
    bus = await Bus.connect({ url: nats.url, service: 'gateway' });
    replicas = new Replicas(bus.signs);
  }, 60_000);
  afterEach(async () => {
    gone?.stop();
    gone = undefined;
    replicas.stop();
    await Promise.all(workers.splice(0).map(({ own }) => own.parts.close(0)));
    await bus.close(0);
    await nats.stop();
    await rm(home, { recursive: true, force: true });
  }, 60_000);

  /** A service whose handler says its name. */
  async function start(name: string, concurrency = 8): Promise<Worker> {
    let own: Bus | undefined;
    @Controller()
    class ChatSteps {
      constructor(@Inject(Bus) opened: Bus) {
        own = opened;
      }

      @Step(chat)
      async answer(): Promise<{ by: string }> {
        await holds.get(name)?.();
        return { by: name };
      }
    }
    @Module({ controllers: [ChatSteps] })
    class ChatModule {}
    const settings = { ...readConfig('chat', {}), home, natsUrl: nats.url, logLevel: 'silent' as const, concurrency };
    const worker = { name, own: newProcess(settings), bus: () => own! };
    workers.push(worker);
    await startService(worker.own, ChatModule);
    return worker;
  }

  /** Each replica is at a place of its own, and no place is left from one that has moved. */
  const signs = (count: number) =>
    waitFor(`the signs of ${count} replicas`, () => {
      const places = replicas.placesOf(chat.name);
      return places.size === count && new Set(places.values()).size === count;
    });

  /** @param chooser who says which replica a task is for. */
  async function caller(chooser: Pick<Replicas, 'choose'> = replicas) {
    const client = new MeshClient(bus, await RunRecords.open(bus), undefined, chooser as Replicas);
    return async (question: string, history: readonly string[] = []): Promise<string> => {
      const context = { run: client.newRun(), tenant: 'acme', lane: 'live' as const, deadlineMs: Date.now() + 100_000 };
      const request = { ...context, pipeline: PIPELINE, input: { question, history }, traceparent: undefined };
      const answer = await client.converse(request, () => undefined, new AbortController().signal);
      return answer.type === 'completed' ? answer.result : JSON.stringify(answer);
    };
  }

  /** Every task is for the replica at this place. */
  const callerOf = (place: number) => caller({ choose: () => ({ place, expectedMs: 0, heldKilochars: 0 }) });

  /** The worker keeps its tasks until it is let go. */
  function hold({ name }: Worker): { readonly begun: Promise<void>; letGo(): void } {
    const begun = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    holds.set(name, () => (begun.resolve(), held.promise));
    return { begun: begun.promise, letGo: () => (holds.delete(name), held.resolve()) };
  }

  it('are done where they are sent, and the replica tells what it has read', async () => {
    await start('one');
    await start('two');
    await signs(2);
    const read = new Map<string, number[]>();
    bus.signs.onReplica((_, place, sign) => {
      for (const key of sign.read) read.set(key, [...(read.get(key) ?? []), place]);
    });
    for (const place of replicas.placesOf(chat.name).keys()) {
      const ask = await callerOf(place);
      const [question, history] = [`question at ${place}`, ['a turn', 'another']];
      const keys = prefixOf('acme', chat.reads!, { question, history }).map(({ key }) => key);
      const answeredBy = await ask(question, history);
      await waitFor('the sign of what was read', () => keys.every((key) => read.has(key)));
      expect(read.get(keys.at(-1)!)).toEqual([place]);
      expect(await ask(question, history)).toBe(answeredBy);
    }
  }, 120_000);

  it('are done by others when their replica dies, also those that are sent to it then', async () => {
    const [one, two] = [await start('one'), await start('two')];
    await signs(2);
    gone = new GoneReplicas(bus, replicas);
    const at = [...replicas.placesOf(chat.name).keys()];
    const ask = await caller();
    // Each is asked at its own place, whichever that is.
    const toEach = await Promise.all(at.map((place) => callerOf(place)));
    const [first, second] = [hold(one), hold(two)];
    const begun = toEach.flatMap((askAt) => [1, 2, 3].map((n) => askAt(`question ${n}`)));
    await Promise.all([first.begun, second.begun]);
    // As when the process is killed: its connection ends.
    void two.bus().nc.close();
    const late = toEach.map((askAt) => askAt('late'));
    first.letGo();
    expect(new Set(await Promise.all([...begun, ...late, ask('free')]))).toEqual(new Set(['one']));
    second.letGo();
  }, 120_000);

  it('are passed to all by a replica that has enough to do', async () => {
    const log = createLogger({ service: 'test', level: 'silent' });
    // Older than any other, so that it keeps its place.
    const [concurrency, node] = [2, 'chat-0'];
    const busy = new OwnReplica(
      chat,
      { bus, replicas, log, node, concurrency },
      () => Promise.reject(new Error('a busy replica did the task')),
      () => concurrency,
    );
    busy.join();
    await signs(1);
    const [place] = replicas.placesOf(chat.name).keys();
    await start('one');
    const ask = await callerOf(place!);
    expect(await ask('Hello.')).toBe('one');
    busy.leave();
  }, 120_000);

  it('find each replica at a place of its own, also when they start at once', async () => {
    const started = await Promise.all(['one', 'two', 'three'].map((name) => start(name)));
    await signs(3);
    const [, two] = started;
    await two!.own.parts.close(0);
    await signs(2);
  }, 120_000);
});
