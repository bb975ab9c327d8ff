import { Bus } from '@llmos/bus';
import type { Answer } from '@llmos/contracts';
import { MeshClient, RunRecords } from '@llmos/mesh';
import { startNatsServer, startServiceProcess, type TestNatsServer, type TestServiceProcess } from '@llmos/testing';
import { askOver, askPipeline } from './ask-pipeline.js';
import { modelFile } from './model-file.js';

const passage = {
  id: 'card#0',
  document: 'card',
  title: 'My new card has not arrived',
  text: 'A new card arrives within 5 working days in the UK.',
  score: 1,
  similarity: 0.7,
};
const pipeline = askPipeline({ passages: [passage] }, { citations: '${answer.citations}' });

describe('The generation service as a process with a real nats-server', () => {
  let nats: TestNatsServer | undefined;
  let bus: Bus | undefined;
  let service: TestServiceProcess | undefined;
  let client: MeshClient;

  beforeAll(async () => {
    await modelFile();
    nats = await startNatsServer();
    service = await startServiceProcess({ app: 'generation', natsUrl: nats.url });
    bus = await Bus.connect({ url: nats.url, service: 'gateway' });
    client = new MeshClient(bus, await RunRecords.open(bus));
  }, 300_000);

  afterAll(async () => {
    await service?.kill();
    await bus?.close(200);
    await nats?.stop();
  }, 120_000);

  it('answers a question from the bus when its model is loaded, and streams the sentences', async () => {
    const received: Answer[] = [];
    const last = await askOver(client, pipeline, 'When will my new card arrive?', (answer) => received.push(answer));
    expect(last).toMatchObject({
      type: 'completed',
      result: expect.stringContaining('5 working days') as string,
      details: { citations: [{ document: 'card', passage: 'card#0', score: 0.7 }] },
    });
    const sentences = received.flatMap((answer) =>
      answer.type === 'delta' ? [(answer.delta as { sentence: string }).sentence] : [],
    );
    expect(last.type === 'completed' ? last.result : '').toBe(sentences.join(' '));
  }, 120_000);

  it('exits in order on a stop signal', async () => {
    expect(await service?.stop()).toEqual({ code: 0, signal: null });
  }, 120_000);
});
