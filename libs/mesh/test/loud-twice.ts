import { Bus, taskConsumer } from '@llmos/bus';
import { capability, type Answer, type Capability, type Pipeline, type RunContext } from '@llmos/contracts';
import { createLogger } from '@llmos/telemetry';
import { startNatsServer, type TestNatsServer } from '@llmos/testing';
import { z } from 'zod';
import { Cancellations } from '../src/cancellations.js';
import { Forwarder } from '../src/forward.js';
import { MeshClient } from '../src/mesh-client.js';
import { RunRecords } from '../src/run-records.js';
import type { Handler } from '../src/task/invoke.js';
import { taskChain } from '../src/task/task-chain.js';

const text = z.object({ text: z.string() });
export const repeat = capability({
  name: 'text.repeat',
  summary: 'Twice.',
  input: text,
  output: text,
  example: { input: { text: 'a' }, output: { text: 'aa' } },
});

/** First `text.shout`, whose output is streamed, then `text.repeat`. */
export const pipeline: Pipeline = {
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

export const upper: Handler = (input) => Promise.resolve({ text: (input as { text: string }).text.toUpperCase() });
export const twice: Handler = (input) => Promise.resolve({ text: (input as { text: string }).text.repeat(2) });

/** A broker, a client and any number of workers, for runs of the {@link pipeline}. */
export class LoudTwice {
  private constructor(
    readonly nats: TestNatsServer,
    readonly bus: Bus,
    readonly client: MeshClient,
    private readonly buses: Bus[],
  ) {}

  static async start(): Promise<LoudTwice> {
    const nats = await startNatsServer();
    const bus = await Bus.connect({ url: nats.url, service: 'gateway' });
    return new LoudTwice(nats, bus, new MeshClient(bus, await RunRecords.open(bus)), [bus]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.buses.map((each) => each.close(200)));
    await this.nats.stop();
  }

  /** Another process as far as the broker can tell. */
  async connect(): Promise<Bus> {
    const bus = await Bus.connect({ url: this.nats.url, service: 'text' });
    this.buses.push(bus);
    return bus;
  }

  /** A worker process as far as the broker can tell: its own connection, its own chain. */
  async worker(capabilities: readonly [Capability, Handler][], concurrency = 8): Promise<void> {
    const bus = await this.connect();
    const records = await RunRecords.open(bus);
    const cancellations = new Cancellations(bus);
    const log = createLogger({ service: 'test', level: 'silent' });
    for (const [contract, handler] of capabilities) {
      const forwarder = new Forwarder(bus, records);
      const process = taskChain(contract, handler, { bus, records, cancellations, log, forwarder });
      for (const lane of ['live', 'durable'] as const)
        bus.consume(taskConsumer(lane, contract.name), concurrency, process);
    }
  }

  context(lane: RunContext['lane'] = 'live', patienceMs = 60_000): RunContext {
    return { run: this.bus.newRunId(), tenant: 'acme', lane, deadlineMs: Date.now() + patienceMs };
  }

  /** Starts a run and waits for its end. */
  converse(
    request: RunContext,
    input: object = { text: 'hi' },
    onAnswer: (answer: Answer) => void = () => undefined,
    signal = new AbortController().signal,
  ): ReturnType<MeshClient['converse']> {
    return this.client.converse(
      { ...request, pipeline, input: { ...input }, traceparent: undefined },
      onAnswer,
      signal,
    );
  }
}
