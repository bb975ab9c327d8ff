import { WordEmbeddings } from '../../test/fixtures/word-embeddings.js';
import { groupByMeaning, groupByWording, type Asked } from './groups.js';

describe('Questions that were asked', () => {
  const asked = async (texts: readonly string[]): Promise<Asked[]> => {
    const vectors = await new WordEmbeddings().embed(texts);
    return texts.map((text, n) => ({ text, atMs: n, vector: vectors[n] }));
  };

  it('are one group if they mean the same, the largest group first, with the time of the last one', async () => {
    const groups = await groupByMeaning(
      await asked([
        'gold bars for sale',
        'penguin parade',
        'gold bars sale',
        'Gold bars for sale?',
        'do you have gold bars for sale',
      ]),
    );
    expect(groups).toMatchObject([
      { count: 4, lastAskedAtMs: 4, question: 'Gold bars for sale?' },
      { count: 1, lastAskedAtMs: 1, question: 'penguin parade' },
    ]);
    expect(groups[0]!.wordings).toHaveLength(3);
  });

  it('without comparable vectors are one group only in the same words', async () => {
    const [one, two, three] = await asked(['gold bars', 'Gold bars!', 'gold bars sale']);
    const without = { ...three!, vector: undefined };
    const groups = await groupByMeaning([one!, { ...two!, vector: undefined }, without, { ...without, text: 'sale' }]);
    expect(groups.map(({ count }) => count)).toEqual([2, 1, 1]);
  });

  it('are shown by wording with the last asked first', async () => {
    expect(groupByWording(await asked(['is it free', 'how long', 'Is it FREE?']))).toMatchObject([
      { question: 'Is it FREE?', count: 2, lastAskedAtMs: 2 },
      { question: 'how long', count: 1, lastAskedAtMs: 1 },
    ]);
  });

  it('are grouped by the thousand, up to 2,000 wordings, while other work goes on', async () => {
    const words = Array.from({ length: 2_100 }, (_, n) => `w${n} x${n % 50} y${n % 7}`);
    const all = await asked(words);
    let turns = 0;
    let done = false;
    const count = (): void => {
      turns += 1;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    const groups = await groupByMeaning(all);
    done = true;
    expect(groups.reduce((sum, group) => sum + group.count, 0)).toBe(2_000);
    expect(turns).toBeGreaterThan(10);
    await expect(groupByMeaning(all, { signal: AbortSignal.abort() })).rejects.toThrow();
  });
});
