import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LlmosError } from '@llmos/contracts';
import { detect } from '@llmos/contracts/capabilities/intent';
import { carryEmbedding, type Embedder } from '@llmos/models';
import { toyHead } from '../test/toy-head.js';
import { encodeHead, writeHead } from './head/head-file.js';
import { IntentService } from './intent.service.js';

class FakeEmbedder implements Omit<Embedder, 'encode'> {
  asked: string[] = [];
  vector = Float32Array.of(1, 0);
  readonly model = 'fake';
  start = () => Promise.resolve();
  close = () => Promise.resolve();
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    signal?.throwIfAborted();
    this.asked.push(...texts);
    return Promise.resolve(texts.map(() => this.vector));
  }
}

describe('IntentService', () => {
  let folder: string;
  let embedder: FakeEmbedder;
  let service: IntentService;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'intent-'));
    const path = join(folder, 'toy.json');
    const scope = { threshold: -0.5, scale: 0.1 };
    await writeHead(path, encodeHead(toyHead({ scope }), { model: 'toy', provenance: {}, file: 'toy.safetensors' }));
    embedder = new FakeEmbedder();
    service = new IntentService(embedder, path);
    await service.load();
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('answers with the most probable intent and the runners-up in order', async () => {
    const answer = await service.detect({ text: 'It has not arrived.' });
    expect(detect.output.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({
      intent: 'card_arrival',
      outOfScope: false,
      language: 'en',
      model: 'banking77-linear',
    });
    expect(answer.top.map(({ intent }) => intent)).toEqual(['card_arrival', 'lost_card']);
    expect(answer.probability).toBe(answer.top[0]?.probability);
  });

  it('still names the most probable intents when a question is out of scope', async () => {
    embedder.vector = Float32Array.of(-1, -1).map((value) => value * Math.SQRT1_2);
    const answer = await service.detect({ text: 'Where is the moon?' });
    expect(answer).toMatchObject({ intent: 'out_of_scope', outOfScope: true });
    expect(answer.probability).toBe(answer.outOfScopeScore);
    expect(answer.top).toHaveLength(2);
  });

  it('does not run the model on scripts it was not trained on', async () => {
    expect(await service.detect({ text: '我的卡在哪里' })).toMatchObject({
      intent: 'out_of_scope',
      language: 'und',
      top: [],
      outOfScopeScore: 1,
    });
    expect(embedder.asked).toEqual([]);
  });

  it('uses the vector of an earlier step, unless that vector is of another text', async () => {
    const text = 'It has not arrived.';
    const embedded = carryEmbedding('fake', text, embedder.vector);
    await service.detect({ text, embedding: embedded });
    expect(embedder.asked).toEqual([]);
    await service.detect({ text: 'Something else.', embedding: embedded });
    expect(embedder.asked).toEqual(['Something else.']);
  });

  it('refuses questions while it loads, and rejects with the reason of an abort', async () => {
    const early = new IntentService(embedder, 'unread.json');
    await expect(early.detect({ text: 'card' })).rejects.toMatchObject({ code: 'MODEL_LOADING' });
    const reason = new LlmosError('CANCELLED', 'The run was cancelled.');
    await expect(service.detect({ text: 'card' }, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
