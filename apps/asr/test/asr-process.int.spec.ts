import { readFile } from 'node:fs/promises';
import { Bus } from '@llmos/bus';
import { pipelineSchema, type TerminalAnswer } from '@llmos/contracts';
import { MeshClient, RunRecords } from '@llmos/mesh';
import { startNatsServer, startServiceProcess, type TestNatsServer, type TestServiceProcess } from '@llmos/testing';
import { testModels } from './model-files.js';

const QUESTION = new URL('../../../deploy/samples/questions/change-pin.wav', import.meta.url);

const pipeline = pipelineSchema.parse({
  name: 'hear',
  version: 1,
  input: { audio: { type: 'bytes', required: true }, audio_type: { type: 'string' } },
  steps: [
    { id: 'hear', uses: 'asr.transcribe', with: { audio: '${input.audio}', contentType: '${input.audio_type}' } },
  ],
  result: '${hear.text}',
  details: { segments: '${hear.segments}' },
});

describe('The speech service as a process with a real nats-server', () => {
  let nats: TestNatsServer | undefined;
  let bus: Bus | undefined;
  let service: TestServiceProcess | undefined;
  let client: MeshClient;

  beforeAll(async () => {
    await testModels();
    nats = await startNatsServer();
    service = await startServiceProcess({ app: 'asr', natsUrl: nats.url });
    bus = await Bus.connect({ url: nats.url, service: 'gateway' });
    client = new MeshClient(bus, await RunRecords.open(bus));
  }, 300_000);

  afterAll(async () => {
    await service?.kill();
    await bus?.close(200);
    await nats?.stop();
  }, 120_000);

  const transcribe = (audio: Uint8Array, audio_type?: string): Promise<TerminalAnswer> => {
    const context = { run: client.newRun(), tenant: 'acme', lane: 'live', deadlineMs: Date.now() + 60_000 } as const;
    const request = {
      ...context,
      pipeline,
      input: { audio, ...(audio_type ? { audio_type } : {}) },
      traceparent: undefined,
    };
    return client.converse(request, () => undefined, new AbortController().signal);
  };

  it('answers a recording from the mesh with its transcript', async () => {
    const answer = await transcribe(new Uint8Array(await readFile(QUESTION)));
    expect(answer).toMatchObject({ type: 'completed', result: 'How do I change my pin?' });
  }, 120_000);

  it('answers samples without a header by their declared content type', async () => {
    const samples = new Uint8Array(await readFile(QUESTION)).subarray(44);
    const answer = await transcribe(samples, 'audio/L16;rate=16000');
    expect(answer).toMatchObject({ type: 'completed', result: 'How do I change my pin?' });
  }, 120_000);

  it('fails the run of an unreadable recording with the reason', async () => {
    const answer = await transcribe(new TextEncoder().encode('no sound'));
    expect(answer).toMatchObject({ type: 'failed', step: 'hear', error: { code: 'UNSUPPORTED_MEDIA' } });
  }, 120_000);

  it('exits in order on a stop signal', async () => {
    expect(await service?.stop()).toEqual({ code: 0, signal: null });
  }, 120_000);
});
