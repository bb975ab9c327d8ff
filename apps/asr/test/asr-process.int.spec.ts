import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Bus } from '@llmos/bus';
import { baseConfig, loadConfig } from '@llmos/config';
import { pipelineSchema, type TerminalAnswer } from '@llmos/contracts';
import { MeshClient, RunRecords } from '@llmos/mesh';
import { startNatsServer, type TestNatsServer } from '@llmos/testing';
import { testModels } from './model-files.js';

const QUESTION = new URL('../../../deploy/samples/questions/change-pin.wav', import.meta.url);
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const pipeline = pipelineSchema.parse({
  name: 'hear',
  version: 1,
  input: { audio: { type: 'bytes', required: true } },
  steps: [{ id: 'hear', uses: 'asr.transcribe', with: { audio: '${input.audio}' } }],
  result: '${hear.text}',
  details: { segments: '${hear.segments}' },
});

describe('the service as a process, over a real nats-server', () => {
  let nats: TestNatsServer | undefined;
  let bus: Bus | undefined;
  let service: ChildProcess | undefined;
  let client: MeshClient;

  beforeAll(async () => {
    await testModels();
    const { home, root } = loadConfig(baseConfig);
    nats = await startNatsServer();
    const env = { LLMOS_NATS_URL: nats.url, LLMOS_HOME: home, LLMOS_ROOT: root, LLMOS_LOG_LEVEL: 'warn' };
    service = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'inherit', 'inherit'] });
    bus = await Bus.connect({ url: nats.url, service: 'gateway' });
    client = new MeshClient(bus, await RunRecords.open(bus));
  }, 300_000);

  afterAll(async () => {
    // Whatever failed before, nothing may stay behind.
    if (service?.exitCode === null && service.signalCode === null) {
      const gone = once(service, 'exit');
      service.kill('SIGKILL');
      await gone;
    }
    await bus?.close(200);
    await nats?.stop();
  }, 30_000);

  const hear = (audio: Uint8Array): Promise<TerminalAnswer> => {
    const context = { run: client.newRun(), tenant: 'acme', lane: 'live', deadlineMs: Date.now() + 60_000 } as const;
    const request = { ...context, pipeline, input: { audio }, traceparent: undefined };
    return client.converse(request, () => undefined, new AbortController().signal);
  };

  it('takes a recording from the mesh and answers with what was said', async () => {
    const answer = await hear(new Uint8Array(await readFile(QUESTION)));
    expect(answer).toMatchObject({ type: 'completed', result: 'How do I change my pin?' });
  }, 70_000);

  it('tells the caller what is wrong with a recording', async () => {
    const answer = await hear(new TextEncoder().encode('no sound'));
    expect(answer).toMatchObject({ type: 'failed', step: 'hear', error: { code: 'UNSUPPORTED_MEDIA' } });
  }, 70_000);

  it('leaves in order when it is told to', async () => {
    const running = service as ChildProcess;
    running.kill('SIGTERM');
    const [code, signal] = (await once(running, 'exit')) as [number | null, string | null];
    expect({ code, signal }).toEqual({ code: 0, signal: null });
  }, 20_000);
});
