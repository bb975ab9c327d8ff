import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import { WordEmbeddings } from '../test/fixtures/word-embeddings.js';
import { SearchEncoder } from './search-encoder.js';
import { SentenceComparer } from './sentence-comparer.js';

const dogs = 'Dogs are welcome. Keep them on a lead.';
const passage: Passage = {
  id: 'dogs#0',
  document: 'dogs',
  title: 'Dogs',
  text: `${dogs}\nPrices – Dog: first; Price: £3.`,
  units: [
    { kind: 'text', text: dogs, headings: [] },
    { kind: 'row', text: 'Prices – Dog: first; Price: £3.', headings: ['Prices'] },
  ],
  score: 1,
  similarity: 0.5,
  relevance: 0.9,
};
const other = { ...passage, id: 'pool#0', document: 'pool', relevance: 0.3 };

async function start() {
  const embeddings = new WordEmbeddings();
  const [question] = await embeddings.embed(['must i keep him on a lead']);
  return { embeddings, question: question!, comparer: new SentenceComparer(new SearchEncoder(embeddings)) };
}

describe('SentenceComparer', () => {
  it('compares each sentence of prose, a row as a whole, and only those of the best document', async () => {
    const { comparer, question } = await start();
    const [first, second] = await comparer.compare([passage, other], [question], {});
    const [prose, row] = first!.units!;
    expect(prose!.sentences!.map(({ text }) => text)).toEqual(['Dogs are welcome.', 'Keep them on a lead.']);
    const [welcome, lead] = prose!.sentences!.map(({ similarity }) => similarity);
    expect(lead).toBeGreaterThan(welcome!);
    expect(row!.sentences!.map(({ text }) => text)).toEqual([passage.units![1]!.text]);
    expect(second).toBe(other);
  });

  it('embeds a sentence once, as long as its document is indexed', async () => {
    const { comparer, question, embeddings } = await start();
    const document = {};
    await comparer.compare([passage], [question], document);
    const after = embeddings.texts;
    await comparer.compare([passage], [question], document);
    expect(embeddings.texts).toBe(after);
    await comparer.compare([passage], [question], {});
    expect(embeddings.texts).toBe(after + 3);
  });

  it('compares nothing of a document that will not be quoted', async () => {
    const { comparer, question, embeddings } = await start();
    const before = embeddings.texts;
    expect(await comparer.compare([{ ...passage, relevance: 0.1 }], [question], {})).toMatchObject([{ id: 'dogs#0' }]);
    expect(await comparer.compare([], [question], {})).toEqual([]);
    expect(embeddings.texts).toBe(before);
  });
});
