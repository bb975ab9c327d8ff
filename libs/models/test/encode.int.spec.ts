import fc from 'fast-check';
import { EncoderPool } from '../src/index.js';
import { minilmFiles } from './minilm.fixture.js';

let embedder: EncoderPool;
beforeAll(async () => {
  embedder = await EncoderPool.start(await minilmFiles());
}, 120_000);
afterAll(() => embedder.close());

describe('EncoderPool.encode', () => {
  it('gives the vector of embed, to the bit, and a state for each token', async () => {
    const text = 'Ada Lovelace works for Acme in Zürich.';
    const [encoded] = await embedder.encode([text]);
    const [vector] = await embedder.embed([text]);
    expect(encoded?.vector).toEqual(vector);
    expect(encoded?.tokens.states).toHaveLength((encoded?.tokens.ids.length ?? 0) * 384);
    expect(encoded?.tokens.spans.map(({ start, end }) => text.slice(start, end)).join('')).toBe(
      text.replaceAll(' ', ''),
    );
  });

  it('cuts a long text as embed does', async () => {
    const [encoded] = await embedder.encode(['The parcel left on Monday. '.repeat(200)]);
    expect(encoded?.tokens.ids).toHaveLength(256);
    expect(encoded?.tokens.spans).toHaveLength(256);
  });

  it('gives positions in order and within the text, for any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (text) => {
        const [encoded] = await embedder.encode([text]);
        let at = 0;
        for (const { start, end } of encoded?.tokens.spans ?? []) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeGreaterThanOrEqual(at);
          expect(end).toBeLessThanOrEqual(text.length);
          at = end;
        }
      }),
      { numRuns: 50 },
    );
  }, 120_000);

  it('refuses an update that does not belong to the model', async () => {
    const files = await minilmFiles();
    await expect(EncoderPool.start({ ...files, update: files.tokenizer })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });
});
