import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { longestHold } from '@llmos/testing';
import { EncoderPool } from '../src/index.js';
import { minilmFiles } from './minilm.fixture.js';

/** A pass of the model takes hundreds of milliseconds. */
const MAX_HOLD_MS = 50;
const dot = (a: Float32Array | undefined, b: Float32Array | undefined): number =>
  a && b ? a.reduce((sum, value, d) => sum + value * (b[d] ?? 0), 0) : NaN;
const long = 'The parcel left the warehouse on Monday and has not been seen since. '.repeat(60);

let embedder: EncoderPool;
beforeAll(async () => {
  embedder = await EncoderPool.start(await minilmFiles());
}, 120_000);
afterAll(() => embedder.close());

describe('EncoderPool', () => {
  it('gives one normalised vector of 384 numbers per text, and no vectors for no texts', async () => {
    await expect(embedder.embed([])).resolves.toEqual([]);
    const vectors = await embedder.embed(['hello', '', long]);
    expect(vectors.map((vector) => vector.length)).toEqual([384, 384, 384]);
    for (const vector of vectors) expect(dot(vector, vector)).toBeCloseTo(1, 4);
    expect(embedder.dimensions).toBe(384);
  });

  it('gives texts of the same meaning more similar vectors than others', async () => {
    const [card, lost, weather] = await embedder.embed([
      'I lost my credit card',
      'My bank card is missing',
      'It will rain tomorrow',
    ]);
    expect(dot(card, lost)).toBeGreaterThan(0.6);
    expect(dot(card, weather)).toBeLessThan(0.3);
  });

  it('gives a text the same vector, to the bit, alone, among others and with concurrent callers', async () => {
    const texts = Array.from({ length: 40 }, (_, n) => `question ${n} ${'about the delivery '.repeat(n % 9)}`);
    const [together, ...alone] = await Promise.all([
      embedder.embed(texts),
      ...texts.slice(0, 10).map((text) => embedder.embed([text])),
    ]);
    alone.forEach((vectors, n) => expect(vectors[0]).toEqual(together[n]));
  }, 120_000);

  it('serves callers in turns: a question does not wait for an earlier bulk', async () => {
    const order: string[] = [];
    const bulk = embedder.embed(Array.from({ length: 30 }, (_, n) => `text ${n}`)).then(() => order.push('bulk'));
    await Promise.all([bulk, embedder.embed(['question']).then(() => order.push('question'))]);
    expect(order).toEqual(['question', 'bulk']);
  });

  it('cuts a long text instead of failing on it', async () => {
    const [whole, cut] = await embedder.embed([long, long.slice(0, 4_000)]);
    expect(dot(whole, cut)).toBeGreaterThan(0.99);
  });

  it('rejects an aborted caller at once and serves the others', async () => {
    const controller = new AbortController();
    const first = embedder.embed([long]);
    const aborted = embedder.embed(['never mind'], controller.signal);
    const other = embedder.embed(['still here']);
    controller.abort(new Error('gone'));
    await expect(aborted).rejects.toThrow('gone');
    await expect(other).resolves.toHaveLength(1);
    await first;
  });

  it('keeps the event loop free while the worker computes', async () => {
    const texts = Array.from({ length: 64 }, (_, n) => `${n} ${long.slice(0, 400)}`);
    expect(await longestHold(() => embedder.embed(texts), MAX_HOLD_MS)).toBeLessThan(MAX_HOLD_MS);
  }, 120_000);

  it('names the missing file', async () => {
    const { tokenizer } = await minilmFiles();
    const missing = join(import.meta.dirname, 'absent.onnx');
    expect(existsSync(missing)).toBe(false);
    await expect(EncoderPool.start({ model: missing, tokenizer })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(missing) as string,
    });
  });
});
