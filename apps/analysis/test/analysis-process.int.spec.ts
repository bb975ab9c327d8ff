import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bus } from '@llmos/bus';
import { baseConfig, loadConfig } from '@llmos/config';
import { loadCapabilities, type TerminalAnswer } from '@llmos/contracts';
import { MeshClient, RunRecords } from '@llmos/mesh';
import { ModelStore } from '@llmos/models';
import { parsePipeline } from '@llmos/pipeline';
import {
  startNatsServer,
  startServiceProcess,
  waitFor,
  type TestNatsServer,
  type TestServiceProcess,
} from '@llmos/testing';

const BILLING = ['bill', 'invoice', 'charge', 'fee', 'payment', 'refund', 'price', 'receipt'];
const DELIVERY = ['parcel', 'courier', 'delivery', 'package', 'shipment', 'driver', 'letter', 'box'];

describe('two replicas of the analysis service, with a real nats-server', () => {
  const services: TestServiceProcess[] = [];
  let nats: TestNatsServer | undefined;
  let bus: Bus | undefined;

  beforeAll(async () => {
    const { home, catalogPath } = loadConfig(baseConfig);
    await (await ModelStore.open({ home, catalogPath })).ensure('minilm');
    nats = await startNatsServer();
    bus = await Bus.connect({ url: nats.url, service: 'gateway' });
    for (let replica = 0; replica < 2; replica++)
      services.push(await startServiceProcess({ app: 'analysis', natsUrl: nats.url, readyWithinMs: 120_000 }));
  }, 300_000);

  afterAll(async () => {
    await Promise.all(services.map((service) => service.kill()));
    await bus?.close(200);
    await nats?.stop();
  }, 120_000);

  const run = async (name: string, input: Record<string, unknown>, tenant = 'acme'): Promise<TerminalAnswer> => {
    const path = join(loadConfig(baseConfig).pipelinesDir, `${name}.yaml`);
    const pipeline = parsePipeline(await readFile(path, 'utf8'), path, await loadCapabilities());
    const client = new MeshClient(bus!, await RunRecords.open(bus!));
    const context = { run: client.newRun(), tenant, lane: 'live', deadlineMs: Date.now() + 60_000 } as const;
    const request = { ...context, pipeline, input, traceparent: undefined };
    return client.converse(request, () => undefined, AbortSignal.timeout(60_000));
  };

  it('analyse a text and summarise the findings in a sentence', async () => {
    const answer = await run('text_analysis', { text: 'Ada Lovelace works for Microsoft in London. I love it.' });
    expect(answer).toMatchObject({
      type: 'completed',
      result: expect.stringMatching(/^The text is English and positive\. It names Ada Lovelace/) as unknown,
      details: {
        analyses: [{ language: { code: 'en' }, relations: [{ type: 'works_for' }] }],
        models: expect.arrayContaining(['minilm']) as unknown,
      },
    });
  }, 120_000);

  it('analyse several texts and report each that is not English', async () => {
    const texts = ['A great day.', 'Das war leider gar kein guter Tag für uns.'];
    const answer = await run('text_analysis', { texts, tasks: ['language', 'sentiment'] });
    expect(answer).toMatchObject({
      type: 'completed',
      details: { analyses: [{ sentiment: { label: 'positive' } }, { error: { code: 'unsupported_language' } }] },
    });
  }, 120_000);

  it('share a trained classifier, for its tenant alone, until it is deleted', async () => {
    const examples = [
      ...BILLING.map((word) => ({ text: `There is a mistake in my ${word}, the amount is wrong.`, label: 'billing' })),
      ...DELIVERY.map((word) => ({ text: `The ${word} has not come to my door yet.`, label: 'delivery' })),
    ];
    const trained = await run('train_classifier', { classifier: 'tickets', examples });
    expect(trained).toMatchObject({ type: 'completed', details: { trained: { name: 'tickets', examples: 16 } } });
    const input = { text: 'You took too much money from me.', classifier: 'tickets' };
    // A replica that has not heard of the classifier yet answers that there is none.
    const answers = await waitFor('both replicas to know the classifier', async () => {
      const all = await Promise.all(Array.from({ length: 6 }, () => run('classify_text', input)));
      return all.every(({ type }) => type === 'completed') && all;
    });
    for (const answer of answers) expect(answer).toMatchObject({ result: 'billing' });
    expect(await run('classify_text', input, 'other')).toMatchObject({ type: 'failed', error: { code: 'NOT_FOUND' } });
    expect(await run('delete_classifier', { classifier: 'tickets' })).toMatchObject({
      details: { removed: { deleted: true } },
    });
    await waitFor('both replicas to forget the classifier', async () => {
      const all = await Promise.all(Array.from({ length: 6 }, () => run('classify_text', input)));
      return all.every(({ type }) => type === 'failed');
    });
  }, 120_000);

  it('reject invalid input, naming the field', async () => {
    expect(await run('text_analysis', { text: 'Hi', tasks: ['poetry'] })).toMatchObject({
      type: 'failed',
      error: { code: 'INVALID_ARGUMENT' },
    });
    expect(await run('classify_text', { text: 'Hi there' })).toMatchObject({
      type: 'failed',
      error: { code: 'INVALID_ARGUMENT', field: 'labels' },
    });
  }, 120_000);

  it('exit with code 0 on SIGTERM', async () => {
    expect(await services[0]?.stop()).toEqual({ code: 0, signal: null });
  }, 120_000);
});
