import { Bus } from '@llmos/bus';
import { BUCKETS, capability, nodeSchema } from '@llmos/contracts';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { Controller, Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startService } from '../src/bootstrap.js';
import { MeshClient } from '../src/mesh-client.js';
import { CONSUMERS } from '../src/mesh-server.js';
import { LOGGER } from '../src/mesh.module.js';
import { Nodes } from '../src/nodes.js';
import { newProcess, readConfig, type NewProcess } from '../src/process.js';
import { Readiness } from '../src/readiness.js';
import { RunRecords } from '../src/run-records.js';
import { Step } from '../src/step.decorator.js';

const text = z.object({ text: z.string() });
const textCapability = (name: string) =>
  capability({
    name,
    summary: 'A text.',
    input: text,
    output: text,
    example: { input: { text: 'a' }, output: { text: 'A' } },
  });
const [count, guess] = [textCapability('text.count'), textCapability('text.guess')];
const MODEL = 'model guesser';
const model = Promise.withResolvers<void>();

@Controller()
class TextSteps {
  @Step(count, { doesNotNeed: [MODEL] })
  count(input: { text: string }): { text: string } {
    return { text: String(input.text.length) };
  }

  @Step(guess)
  guess(): { text: string } {
    return { text: 'guessed' };
  }
}

@Injectable()
class ModelLoader implements OnModuleInit {
  constructor(
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(LOGGER) private readonly log: NewProcess['log'],
  ) {}

  onModuleInit(): void {
    void this.readiness.bring(MODEL, () => model.promise, { signal: new AbortController().signal, log: this.log });
  }
}

@Module({ controllers: [TextSteps], providers: [ModelLoader] })
class TextModule {}

describe('a service whose model is still loading', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  let nodes: Nodes;
  let client: MeshClient;
  let own: NewProcess;
  let home: string;
  /** What each heartbeat said of the two capabilities, in order. */
  const heartbeats: Record<string, 'ready' | 'waits'>[] = [];
  let signs = 0;
  let signsBeforeState: number | undefined;
  beforeAll(async () => {
    nats = await startNatsServer();
    home = await mkdtemp(join(tmpdir(), 'llmos-readiness-'));
    own = newProcess({ ...readConfig('text', {}), home, natsUrl: nats.url, logLevel: 'silent' as const });
    bus = await Bus.connect({ url: nats.url, service: 'test' });
    nodes = await Nodes.open(bus);
    const bucket = await bus.kv(BUCKETS.nodes, { storage: 'memory' });
    bus.signs.onAlive(() => void signs++);
    await bucket.watch({
      onEntry: ({ value }) => {
        if (!value) return;
        signsBeforeState ??= signs;
        const { capabilities, waiting } = nodeSchema.parse(JSON.parse(new TextDecoder().decode(value)));
        heartbeats.push(Object.fromEntries(capabilities.map((name) => [name, waiting?.[name] ? 'waits' : 'ready'])));
      },
    });
    await startService(own, TextModule);
    await nodes.watch();
    client = new MeshClient(bus, await RunRecords.open(bus));
  }, 120_000);
  afterAll(async () => {
    await bus.close(0);
    await own.parts.close();
    await nats.stop();
    await rm(home, { recursive: true, force: true });
  });

  const ask = async (uses: string) => {
    const step = { id: 'only', uses, with: { text: '${input.text}' }, onError: 'fail' as const, stream: false };
    const answer = await client.converse(
      {
        run: client.newRun(),
        tenant: 'acme',
        lane: 'live',
        deadlineMs: Date.now() + 10_000,
        pipeline: {
          name: 'one_step',
          version: 1,
          description: '',
          role: 'caller',
          input: { text: { type: 'string', maxLength: 100, required: true } },
          deadlineMs: 10_000,
          steps: [step],
          result: '${only.text}',
          details: {},
        },
        input: { text: 'hello' },
        traceparent: undefined,
      },
      () => undefined,
      new AbortController().signal,
    );
    return answer.type === 'completed' ? answer.result : answer;
  };
  const nodeIs = (what: string, state: 'ready' | 'loading') =>
    waitFor(`the heartbeat to show ${what} as ${state}`, () => nodes.checkOf(what).state === state);
  const readyz = async () => {
    const [node] = nodes.list();
    const response = await fetch(`${node!.healthUrl}/readyz`);
    return { status: response.status, body: await response.json() };
  };

  it('shows that it is alive before its state, so that it is missed from then on', async () => {
    await nodeIs(count.name, 'ready');
    expect(signsBeforeState).toBeGreaterThan(0);
  });

  it('answers for the capability that does not need it, and shows the other as loading', async () => {
    await nodeIs(count.name, 'ready');
    await nodeIs(guess.name, 'loading');
    expect(await ask(count.name)).toBe('5');
    expect(await readyz()).toMatchObject({
      status: 503,
      body: {
        capabilities: [
          { name: count.name, waitsFor: [] },
          { name: guess.name, waitsFor: [MODEL, CONSUMERS] },
        ],
      },
    });
  });

  it('answers for both when it has loaded', async () => {
    model.resolve();
    await nodeIs(guess.name, 'ready');
    expect(await ask(guess.name)).toBe('guessed');
    expect(await readyz()).toMatchObject({ status: 200 });
  });

  it('calls a capability ready once its own tasks are pulled, and not loading again while another begins', () => {
    const changesOf = (name: string) =>
      heartbeats.map((heartbeat) => heartbeat[name]).filter((state, at, all) => state !== all[at - 1]);
    expect(changesOf(count.name)).toEqual(['waits', 'ready']);
    expect(changesOf(guess.name)).toEqual(['waits', 'ready']);
  });

  it('reads the heartbeats of older processes, whose capabilities are ready together', async () => {
    const old = { node: 'old-1', service: 'old', capabilities: ['text.old'], checks: [], pid: 1 };
    await nodes.announce({ ...old, ready: true });
    await nodeIs('text.old', 'ready');
    const loading = { name: 'index', state: 'loading' as const };
    await nodes.announce({ ...old, ready: false, checks: [loading] });
    await nodeIs('text.old', 'loading');
  });
});
