import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus } from '@llmos/bus';
import { pipelineSchema } from '@llmos/contracts';
import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import { MeshClient, RunRecords } from '@llmos/mesh';
import { pdfOf, zipOf } from './fixtures/made-files.js';
import { startNatsServer, startServiceProcess, type TestNatsServer, type TestServiceProcess } from '@llmos/testing';

const document = {
  id: 'hours',
  title: 'Opening hours',
  text: 'Our desk answers from eight to twenty.',
  intents: ['opening_hours'],
};

describe('The retrieval service as a process with a real nats-server', () => {
  let nats: TestNatsServer | undefined;
  let bus: Bus | undefined;
  let service: TestServiceProcess | undefined;
  let folder: string;

  const start = async (natsUrl: string): Promise<void> => {
    const env = { LLMOS_RETRIEVAL_DOCUMENTS: folder };
    service = await startServiceProcess({ app: 'retrieval', natsUrl, env });
    bus = await Bus.connect({ url: natsUrl, service: 'gateway' });
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'llmos-articles-'));
    const head = '---\nid: pin\ntitle: Choosing a PIN\nintents: [change_pin]\n---\n';
    await writeFile(join(folder, 'pin.md'), `${head}You choose the PIN in the app.\n`);
    nats = await startNatsServer();
    await start(nats.url);
  }, 300_000);

  afterAll(async () => {
    await service?.kill();
    await bus?.close(200);
    await nats?.stop();
    await rm(folder, { recursive: true });
  }, 120_000);

  /** Runs one capability as the only step of a pipeline and returns its output. */
  const call = async (capability: string, input: Record<string, unknown>): Promise<unknown> => {
    const fields = Object.keys(input);
    const pipeline = pipelineSchema.parse({
      name: 'test',
      version: 1,
      input: Object.fromEntries(fields.map((field) => [field, { type: field === 'file' ? 'bytes' : 'json' }])),
      steps: [
        { id: 'it', uses: capability, with: Object.fromEntries(fields.map((field) => [field, `\${input.${field}}`])) },
      ],
      result: 'done',
      details: { output: '${it}' },
    });
    const client = new MeshClient(bus!, await RunRecords.open(bus!));
    const context = { run: client.newRun(), tenant: 'acme', lane: 'live', deadlineMs: Date.now() + 60_000 } as const;
    const request = { ...context, pipeline, input, traceparent: undefined };
    const answer = await client.converse(request, () => undefined, new AbortController().signal);
    if (answer.type !== 'completed')
      throw new Error(`${capability}: ${JSON.stringify(answer)}\n${String(service?.log())}`);
    return answer.details['output'];
  };

  it('finds an acknowledged document after kill -9 of broker and service', async () => {
    expect(await call('retrieval.upsert', { document })).toEqual({ id: 'hours', passages: 1, replaced: false });
    await Promise.all([service?.kill(), bus?.close(), nats?.kill()]);
    await nats?.restart();
    await start(nats!.url);
    const query = 'When is somebody there to answer me?';
    const { passages, documents } = (await call('retrieval.search', { query, limit: 3 })) as {
      passages: Passage[];
      documents: number;
    };
    expect(documents).toBe(2);
    expect(passages[0]).toMatchObject({
      document: 'hours',
      text: document.text,
      relevance: expect.any(Number) as number,
    });

    expect(await call('retrieval.delete', { id: 'hours' })).toEqual({ id: 'hours', deleted: true });
    expect(await call('retrieval.search', { query: 'desk', limit: 3 })).toMatchObject({ documents: 1 });
  }, 120_000);

  it('reads files in a thread of its own, names the bad ones, and shows what it has', async () => {
    const files = {
      'desk.pdf': pdfOf([[[10, 'The desk is on the second floor.']]]),
      'broken.pdf': 'no pdf',
      'faq.csv': 'question,answer\nIs the desk blue?,Yes.\n',
    };
    const file = zipOf(files);
    const report = { read: 3, stored: 2, unchanged: 0, failed: 1, deleted: 0 };
    const faults = [{ source: 'broken.pdf', reason: 'is no PDF, or is damaged' }];
    const collection = 'desk';
    expect(await call('retrieval.import', { file, name: 'all.zip', collection })).toEqual({ ...report, faults });
    expect(await call('retrieval.get', { id: 'desk' })).toMatchObject({
      document: { title: 'Desk', source: 'desk.pdf', collection },
      passages: [{ id: 'desk#0', text: 'The desk is on the second floor.' }],
    });
    expect(await call('retrieval.import', { file, collection, keep: ['faq.csv'] })).toMatchObject({
      stored: 0,
      unchanged: 2,
      deleted: 1,
    });
    expect(await call('retrieval.list', { limit: 10 })).toMatchObject({
      total: 2,
      documents: [{ id: 'faq-is-the-desk-blue' }, { id: 'pin', shared: true }],
    });
  }, 120_000);

  it('exits in order on a stop signal', async () => {
    expect(await service?.stop()).toEqual({ code: 0, signal: null });
  }, 120_000);
});
