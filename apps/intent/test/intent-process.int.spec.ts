import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bus } from '@llmos/bus';
import { baseConfig, loadConfig } from '@llmos/config';
import { pipelineSchema, type TerminalAnswer } from '@llmos/contracts';
import { MeshClient, RunRecords } from '@llmos/mesh';
import { ModelStore } from '@llmos/models';
import { startNatsServer, type TestNatsServer } from '@llmos/testing';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const pipeline = pipelineSchema.parse({
  name: 'understand',
  version: 1,
  input: { text: { type: 'string', required: true } },
  steps: [{ id: 'detect', uses: 'intent.detect', with: { text: '${input.text}' } }],
  result: '${detect.intent}',
  details: { outOfScope: '${detect.outOfScope}' },
});

describe('the service as a process, over a real nats-server', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  let service: ChildProcess;
  let client: MeshClient;

  beforeAll(async () => {
    const { home, root } = loadConfig(baseConfig);
    await (await ModelStore.open({ home, catalogPath: join(root, 'deploy', 'models.yaml') })).ensure('minilm');
    nats = await startNatsServer();
    const env = { LLMOS_NATS_URL: nats.url, LLMOS_HOME: home, LLMOS_ROOT: root, LLMOS_LOG_LEVEL: 'warn' };
    service = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'inherit', 'inherit'] });
    bus = await Bus.connect({ url: nats.url, service: 'gateway' });
    client = new MeshClient(bus, await RunRecords.open(bus));
  }, 300_000);

  afterAll(async () => {
    await bus.close(200);
    if (service.exitCode === null && service.signalCode === null) {
      service.kill('SIGTERM');
      await once(service, 'exit');
    }
    await nats.stop();
  }, 30_000);

  const understand = (text: string): Promise<TerminalAnswer> => {
    const context = { run: client.newRun(), tenant: 'acme', lane: 'live', deadlineMs: Date.now() + 60_000 } as const;
    const request = { ...context, pipeline, input: { text }, traceparent: undefined };
    return client.converse(request, () => undefined, new AbortController().signal);
  };

  it('takes a question from the mesh and answers with its intent', async () => {
    const answer = await understand('My card has not arrived yet.');
    expect(answer).toMatchObject({ type: 'completed', result: 'card_arrival', details: { outOfScope: false } });
  }, 70_000);

  it('refuses an empty question, naming the field', async () => {
    const answer = await understand('');
    expect(answer).toMatchObject({ type: 'failed', step: 'detect', error: { code: 'INVALID_ARGUMENT' } });
  }, 70_000);

  it('leaves in order when it is told to', async () => {
    service.kill('SIGTERM');
    const [code, signal] = (await once(service, 'exit')) as [number | null, string | null];
    expect({ code, signal }).toEqual({ code: 0, signal: null });
  }, 20_000);
});
