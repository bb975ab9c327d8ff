import { Bus } from '@llmos/bus';
import { capability } from '@llmos/contracts';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { Controller, Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startService } from '../src/bootstrap.js';
import { MeshClient } from '../src/mesh-client.js';
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
  beforeAll(async () => {
    nats = await startNatsServer();
    home = await mkdtemp(join(tmpdir(), 'llmos-readiness-'));
    own = newProcess({ ...readConfig('text', {}), home, natsUrl: nats.url, logLevel: 'silent' as const });
    await startService(own, TextModule);
    bus = await Bus.connect({ url: nats.url, service: 'test' });
    nodes = await Nodes.open(bus);
    await nodes.watch();
    client = new MeshClient(bus, await RunRecords.open(bus));
  }, 30_000);
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

  it('answers for the capability that does not need it, and shows the other as loading', async () => {
    await nodeIs(count.name, 'ready');
    await nodeIs(guess.name, 'loading');
    expect(await ask(count.name)).toBe('5');
    expect(await readyz()).toMatchObject({
      status: 503,
      body: {
        capabilities: [
          { name: count.name, waitsFor: [] },
          { name: guess.name, waitsFor: [MODEL] },
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

  it('reads the heartbeats of older processes, whose capabilities are ready together', async () => {
    const old = { node: 'old-1', service: 'old', capabilities: ['text.old'], checks: [], pid: 1 };
    await nodes.announce({ ...old, ready: true });
    await nodeIs('text.old', 'ready');
    const loading = { name: 'index', state: 'loading' as const };
    await nodes.announce({ ...old, ready: false, checks: [loading] });
    await nodeIs('text.old', 'loading');
  });
});
