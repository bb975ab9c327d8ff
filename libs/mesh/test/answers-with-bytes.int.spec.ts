import { Bus, taskConsumer } from '@llmos/bus';
import {
  capability,
  pipelineSchema,
  subjects,
  type Answer,
  type RunContext,
  type RunRecord,
  type TerminalAnswer,
} from '@llmos/contracts';
import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { createLogger } from '@llmos/telemetry';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { AtRest, TenantKeys } from '@llmos/vault';
import { z } from 'zod';
import { Cancellations } from '../src/cancellations.js';
import { Forwarder } from '../src/forward.js';
import { MeshClient } from '../src/mesh-client.js';
import { RunRecords } from '../src/run-records.js';
import { taskChain } from '../src/task/task-chain.js';

const bytes = z.instanceof(Uint8Array);
const say = capability({
  name: 'speech.say',
  summary: 'Says a text.',
  input: z.object({ text: z.string() }),
  output: z.object({ audio: bytes, cue: bytes }),
  example: { input: { text: 'a' }, output: { audio: new Uint8Array(), cue: new Uint8Array() } },
});
const pipeline = pipelineSchema.parse({
  name: 'spoken',
  version: 1,
  input: { text: { type: 'string' } },
  steps: [{ id: 'said', uses: 'speech.say', with: { text: '${input.text}' }, stream: true }],
  result: 'Hello.',
  details: { audio: '${said.audio}', nested: { list: ['${said.cue}'] } },
});

const LARGE = Uint8Array.from({ length: 2_000_000 }, (_, at) => at % 251);
const cue = Uint8Array.of(0, 1, 255);

describe('answers that hold bytes, over a real nats-server', () => {
  let nats: TestNatsServer;
  let master: RsaKeyService;
  const buses: Bus[] = [];
  const leftovers: unknown[] = [];
  beforeAll(async () => {
    nats = await startNatsServer();
    master = RsaKeyService.fromPem(await newMasterKeyPem());
  }, 120_000);
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close(200)));
    await nats.stop();
  });

  async function startProcess(encrypts: boolean) {
    const keys = new TenantKeys({ openMaster: () => Promise.resolve(master) });
    const atRest = new AtRest(keys, encrypts);
    const bus = await Bus.connect({
      url: nats.url,
      service: 'speech',
      sealers: { blobs: atRest.sealerOf('blob') },
      onError: (error) => leftovers.push(error),
    });
    buses.push(bus);
    await keys.load(bus);
    return { bus, keys, records: await RunRecords.open(bus, atRest) };
  }

  /** A process that answers with these bytes, and the process that starts runs. */
  async function startSpeech(audio: Uint8Array, encrypts: boolean) {
    const [worker, caller] = [await startProcess(encrypts), await startProcess(encrypts)];
    const process = taskChain(
      say,
      (_, step) => {
        step.emit({ part: audio });
        step.emit({ part: cue });
        return Promise.resolve({ audio, cue });
      },
      {
        bus: worker.bus,
        records: worker.records,
        cancellations: new Cancellations(worker.bus),
        forwarder: new Forwarder(worker.bus, worker.records),
        log: createLogger({ service: 'speech', level: 'silent' }),
      },
    );
    for (const lane of ['live', 'durable'] as const) worker.bus.consume(taskConsumer(lane, 'speech.say'), 4, process);
    return { ...caller, client: new MeshClient(caller.bus, caller.records), stop: () => worker.bus.close(200) };
  }

  async function run(
    { bus, client }: { bus: Bus; client: MeshClient },
    lane: RunContext['lane'],
    tenant = 'acme',
  ): Promise<{ context: RunContext; answers: Answer[]; last: TerminalAnswer }> {
    const context: RunContext = { run: bus.newRunId(), tenant, lane, deadlineMs: Date.now() + 20_000 };
    const answers: Answer[] = [];
    const last = await client.converse(
      { ...context, pipeline, input: { text: 'hi' }, traceparent: undefined },
      (answer) => answers.push(answer),
      new AbortController().signal,
    );
    return { context, answers, last };
  }

  const stored = async (bus: Bus, { run }: RunContext): Promise<Answer[]> => {
    const answers: Answer[] = [];
    for await (const { answer } of bus.readAnswers(run, { follow: false })) answers.push(answer);
    return answers;
  };

  const expected = (audio: Uint8Array) => ({
    type: 'completed',
    result: 'Hello.',
    details: { audio, nested: { list: [cue] } },
  });

  /** `toEqual` compares two million numbers one by one. */
  function expectSame(actual: unknown, audio: Uint8Array): void {
    const plain = (value: unknown): unknown =>
      value instanceof Uint8Array
        ? Buffer.from(value).toString('base64')
        : Array.isArray(value)
          ? value.map(plain)
          : typeof value === 'object' && value !== null
            ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]))
            : value;
    expect(plain(actual)).toMatchObject(plain(expected(audio)) as object);
  }

  describe.each([
    ['small', Uint8Array.of(1, 2, 3)],
    ['larger than a message', LARGE],
  ] as const)('%s', (_, audio) => {
    it.each([
      ['live', true],
      ['durable', true],
      ['durable', false],
    ] as const)('reach the listener and the reader of a %s run (encryption: %s), in order', async (lane, encrypts) => {
      const process = await startSpeech(audio, encrypts);
      const { context, answers, last } = await run(process, lane);
      expectSame(last, audio);
      for (const seen of [answers, await stored(process.bus, context)]) {
        expect(seen.map(({ type }) => type)).toEqual(['delta', 'delta', 'step', 'completed']);
        const [first, second, step, terminal] = seen;
        expect(first?.type === 'delta' && Buffer.from((first.delta as { part: Uint8Array }).part).equals(audio)).toBe(
          true,
        );
        expect(second).toMatchObject({ delta: { part: cue } });
        expect(step?.type === 'step' && Buffer.from((step.output as { audio: Uint8Array }).audio).equals(audio)).toBe(
          true,
        );
        expectSame(terminal, audio);
      }
      await process.stop();
    });

    it.each([true, false])(
      'stay in the record and the result event of a durable run (encryption: %s)',
      async (encrypts) => {
        const process = await startSpeech(audio, encrypts);
        const { bus, records } = process;
        const events: Promise<unknown>[] = [];
        const results = bus.nc.subscribe(subjects.result('acme', 'spoken'), {
          callback: (_, { headers, data }) => void events.push(bus.decode({ headers, data }).then(({ body }) => body)),
        });
        const { context } = await run(process, 'durable');
        await waitFor('the result event', () => events.length > 0);
        expectSame(await events[0], audio);
        const { status, result, details } = (await records.get('acme', context.run))!;
        expect(status).toBe('completed');
        expectSame({ type: 'completed', result, details }, audio);
        // A repeated end publishes what the record holds.
        const late: RunRecord = { ...(await records.peek('acme', context.run))!, result: 'another', details: {} };
        const standing = await records.end(late);
        expectSame({ type: 'completed', result: standing.result, details: standing.details }, audio);
        results.unsubscribe();
        await process.stop();
      },
    );
  });

  it('are removed with their tenant, and the record then says only that the run ended', async () => {
    const process = await startSpeech(LARGE, true);
    const { bus, keys, records } = process;
    const { context } = await run(process, 'durable', 'leaver');
    const objects = bus.objects('llmos-outcomes');
    expect((await objects.names()).some((name) => name.startsWith('leaver.'))).toBe(true);
    await bus.forgetTenant('leaver');
    expect((await objects.names()).some((name) => name.startsWith('leaver.'))).toBe(false);
    const kept = await records.get('leaver', context.run);
    expect([kept?.status, kept?.result, kept?.details]).toEqual(['completed', undefined, undefined]);
    await keys.shred('leaver');
    expect((await records.peek('leaver', context.run))?.status).toBe('completed');
    await process.stop();
  });

  it('that cannot be read fail the run for its listener at once, and name the reason', async () => {
    const { bus, records } = await startProcess(true);
    const context: RunContext = { run: bus.newRunId(), tenant: 'acme', lane: 'live', deadlineMs: Date.now() + 20_000 };
    const heard: Answer[] = [];
    bus.listen(context.run, (answer) => heard.push(answer));
    const packed = await bus.runs.packAnswer(context, {
      type: 'completed',
      result: '',
      details: { audio: LARGE },
      timings: [],
      degraded: [],
    });
    await bus.runs.publishTerminal(context, { ...packed, dataref: `${packed.dataref!.slice(0, -4)}0000` });
    await waitFor('the answer', () => heard.length > 0);
    expect(heard).toMatchObject([{ type: 'failed', error: { code: 'NOT_FOUND' } }]);
    expect(leftovers).toContainEqual(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(await records.get('acme', context.run)).toBeUndefined();
  });
});
