import { Bus } from '@llmos/bus';
import { capability, type Pipeline } from '@llmos/contracts';
import { crashAtEachRequest, type StartingProcess } from '@llmos/testing';
import { Controller, Inject, Injectable, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startService } from '../src/bootstrap.js';
import { MeshClient } from '../src/mesh-client.js';
import { CONSUMERS } from '../src/mesh-server.js';
import { LOGGER } from '../src/mesh.module.js';
import { newProcess, readConfig, type NewProcess } from '../src/process.js';
import { Readiness } from '../src/readiness.js';
import { RunRecords } from '../src/run-records.js';
import { Step } from '../src/step.decorator.js';

const text = z.object({ text: z.string() });
const shout = capability({
  name: 'text.shout',
  summary: 'Upper case.',
  input: text,
  output: text,
  example: { input: { text: 'a' }, output: { text: 'A' } },
});
const pipeline: Pipeline = {
  name: 'loud',
  version: 1,
  description: '',
  role: 'caller',
  input: { text: { type: 'string', maxLength: 100, required: true } },
  deadlineMs: 10_000,
  steps: [{ id: 'loud', uses: 'text.shout', with: { text: '${input.text}' }, onError: 'fail', stream: false }],
  result: '${loud.text}',
  details: {},
};

@Controller()
class TextSteps {
  @Step(shout)
  shout(input: { text: string }): Promise<{ text: string }> {
    return Promise.resolve({ text: input.text.toUpperCase() });
  }
}

/** Reads a bucket and an object when the process starts, as services with data do. */
@Injectable()
class TextLoader implements OnModuleInit, OnModuleDestroy {
  private readonly leaving = new AbortController();

  constructor(
    @Inject(Bus) private readonly bus: Bus,
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(LOGGER) private readonly log: NewProcess['log'],
  ) {}

  onModuleInit(): void {
    const options = { signal: this.leaving.signal, log: this.log, retryMs: 2_000 };
    void this.readiness.bring('words', () => this.load(), options);
  }

  onModuleDestroy(): void {
    this.leaving.abort();
  }

  private async load(): Promise<void> {
    const bucket = await this.bus.kv('words', { storage: 'memory' });
    await bucket.put('word', new Uint8Array([1]));
    await bucket.watch({ onEntry: () => undefined });
    const objects = this.bus.objects('word-lists');
    await objects.putBytes('list', new Uint8Array([1, 2, 3]));
    await objects.getBytes('list');
  }
}

@Module({ controllers: [TextSteps], providers: [TextLoader] })
class TextModule {}

describe('a service whose broker is killed at one of the requests of its start', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'llmos-broker-lost-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  function start(natsUrl: string): StartingProcess {
    const own = newProcess({ ...readConfig('text', {}), home, natsUrl, logLevel: 'silent' as const });
    const { readiness, parts } = own;
    const starting = startService(own, TextModule);
    return {
      isReady: () => readiness.ready && readiness.all.some(({ name }) => name === CONSUMERS),
      stop: async () => {
        await starting;
        await parts.close();
      },
    };
  }

  /** By the address of the broker. Each attempt gives the answer more time: a slow machine needs it. */
  const attempts = new Map<string, number>();
  async function isAnswering(natsUrl: string): Promise<boolean> {
    const bus = await Bus.connect({ url: natsUrl, service: 'test' });
    try {
      const client = new MeshClient(bus, await RunRecords.open(bus));
      const attempt = (attempts.get(natsUrl) ?? 0) + 1;
      attempts.set(natsUrl, attempt);
      const deadlineMs = Date.now() + 500 * Math.min(attempt, 10);
      const context = { run: client.newRun(), tenant: 'acme', lane: 'live' as const, deadlineMs };
      const request = { ...context, pipeline, input: { text: 'hi' }, traceparent: undefined };
      const answer = await client.converse(request, () => undefined, new AbortController().signal);
      return answer.type === 'completed' && answer.result === 'HI';
    } finally {
      await bus.close(0);
    }
  }

  it('pulls and answers within 5 s of the return of the broker, whichever request it was', async () => {
    const { crashes, slow } = await crashAtEachRequest({ start, isWorking: isAnswering });
    expect(slow).toEqual([]);
    expect(crashes).toBeGreaterThan(30);
  }, 300_000);
});
