import { EncoderPool } from '../src/index.js';
import { minilmFiles } from './minilm.fixture.js';

const TEXTS = [
  'PIN',
  'How do I change the PIN of my card?',
  'Ada Lovelace works for Acme in Zürich.',
  'The parcel left on Monday and has not arrived, although somebody signed for it. '.repeat(12),
];

const dot = (one: Float32Array, other: Float32Array) => one.reduce((sum, value, n) => sum + value * other[n]!, 0);

describe('A graph that computes in whole numbers', () => {
  it('gives nearly the vectors of the model whose weights it has', async () => {
    const { graph, ...files } = await minilmFiles();
    const [plain, whole] = await Promise.all([EncoderPool.start(files), EncoderPool.start({ ...files, graph })]);
    const [exact, rounded] = await Promise.all([plain.embed(TEXTS), whole.embed(TEXTS)]);
    const cosines = exact.map((vector, n) => dot(vector, rounded[n]!));
    expect(Math.min(...cosines)).toBeGreaterThan(0.97);
    // They are not the same: the graph is used.
    expect(Math.min(...cosines)).toBeLessThan(0.9999);
    await Promise.all([plain.close(), whole.close()]);
  }, 120_000);

  it('is named if it does not belong to the model', async () => {
    const files = await minilmFiles();
    await expect(EncoderPool.start({ ...files, graph: files.tokenizer })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(files.tokenizer) as string,
    });
  }, 120_000);
});
