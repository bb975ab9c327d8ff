import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus } from '@llmos/bus';
import { MeshClient, RunRecords } from '@llmos/mesh';
import { startNatsServer, startServiceProcess, type TestNatsServer, type TestServiceProcess } from '@llmos/testing';
import { askOver, askPipeline } from './ask-pipeline.js';
import { sendWords, startOpenAiServer, type OpenAiServer } from './openai-server.js';

const pipeline = askPipeline({ grounding: 'off' }, { model: '${answer.model}' });

describe('The generation service with several models', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmos-backends-'));
  let nats: TestNatsServer | undefined;
  let bus: Bus | undefined;
  let service: TestServiceProcess | undefined;
  let client: MeshClient;
  let [small, large]: OpenAiServer[] = [];

  beforeAll(async () => {
    [small, large, nats] = await Promise.all([startOpenAiServer(), startOpenAiServer(), startNatsServer()]);
    const path = join(folder, 'backends.yaml');
    const backends = [
      { model: 'large', url: large.url, quality: 3, price: { input: 1, output: 2 } },
      { model: 'small', url: small.url },
    ];
    writeFileSync(path, JSON.stringify({ backends }));
    const env = { LLMOS_GENERATION_BACKENDS: path, LLMOS_GENERATION_API_KEYS: 'other=x, large=of-the=large-one' };
    service = await startServiceProcess({ app: 'generation', natsUrl: nats.url, env });
    bus = await Bus.connect({ url: nats.url, service: 'gateway' });
    client = new MeshClient(bus, await RunRecords.open(bus));
  }, 300_000);

  afterAll(async () => {
    await service?.kill();
    await bus?.close(200);
    await Promise.all([nats?.stop(), small?.close(), large?.close()]);
    rmSync(folder, { recursive: true });
  }, 120_000);

  const ask = () => askOver(client, pipeline, 'Say hello.');

  it('asks the cheapest, and the next one with its own key when that fails', async () => {
    small!.reply = sendWords(['Hello.']);
    large!.reply = sendWords(['Good', ' day.']);
    expect(await ask()).toMatchObject({ type: 'completed', result: 'Hello.', details: { model: 'small' } });
    expect(large!.received).toHaveLength(0);
    small!.reply = (response) => void response.writeHead(500).end('{}');
    expect(await ask()).toMatchObject({ type: 'completed', result: 'Good day.', details: { model: 'large' } });
    expect(small!.received[0]?.authorization).toBeUndefined();
    expect(large!.received[0]).toMatchObject({ authorization: 'Bearer of-the=large-one', body: { model: 'large' } });
  }, 120_000);
});
