import { Bus } from '@llmos/bus';
import { baseConfig, loadConfig } from '@llmos/config';
import { pipelineSchema, type TerminalAnswer } from '@llmos/contracts';
import { MeshClient, RunRecords } from '@llmos/mesh';
import { ModelStore } from '@llmos/models';
import { startNatsServer, startServiceProcess, type TestNatsServer, type TestServiceProcess } from '@llmos/testing';

const pipeline = pipelineSchema.parse({
  name: 'understand',
  version: 1,
  input: { text: { type: 'string', required: true } },
  steps: [{ id: 'detect', uses: 'intent.detect', with: { text: '${input.text}' } }],
  result: '${detect.intent}',
  details: { outOfScope: '${detect.outOfScope}' },
});

describe('The intent service as a process with a real nats-server', () => {
  let nats: TestNatsServer | undefined;
  let bus: Bus | undefined;
  let service: TestServiceProcess | undefined;
  let client: MeshClient;

  beforeAll(async () => {
    const { home, catalogPath } = loadConfig(baseConfig);
    await (await ModelStore.open({ home, catalogPath })).ensure('minilm');
    nats = await startNatsServer();
    service = await startServiceProcess({ app: 'intent', natsUrl: nats.url });
    bus = await Bus.connect({ url: nats.url, service: 'gateway' });
    client = new MeshClient(bus, await RunRecords.open(bus));
  }, 300_000);

  afterAll(async () => {
    await service?.kill();
    await bus?.close(200);
    await nats?.stop();
  }, 120_000);

  const understand = (text: string): Promise<TerminalAnswer> => {
    const context = { run: client.newRun(), tenant: 'acme', lane: 'live', deadlineMs: Date.now() + 60_000 } as const;
    const request = { ...context, pipeline, input: { text }, traceparent: undefined };
    return client.converse(request, () => undefined, new AbortController().signal);
  };

  it('answers a question from the mesh with its intent', async () => {
    const answer = await understand('My card has not arrived yet.');
    expect(answer).toMatchObject({ type: 'completed', result: 'card_arrival', details: { outOfScope: false } });
  }, 120_000);

  it('refuses an empty question', async () => {
    const answer = await understand('');
    expect(answer).toMatchObject({ type: 'failed', step: 'detect', error: { code: 'INVALID_ARGUMENT' } });
  }, 120_000);

  it('exits in order on a stop signal', async () => {
    expect(await service?.stop()).toEqual({ code: 0, signal: null });
  }, 120_000);
});
