import { WordEmbeddings } from '../test/fixtures/word-embeddings.js';
import { ExactVectorIndex } from './adapters/exact-vector.index.adapter.js';
import { DocumentEmbedder } from './document-embedder.js';
import { HybridIndex } from './hybrid-index.js';
import { fuseRankings } from './rank-fusion.js';

const embeddings = new WordEmbeddings();
const embedder = new DocumentEmbedder(embeddings);
const long = (topic: string) =>
  Array.from({ length: 4 }, (_, n) => `The ${topic} part ${n}. ${`${topic} word${n} `.repeat(25)}`).join('\n\n');

async function indexOf(
  documents: Array<{ tenant?: string; id: string; title: string; text: string; intents?: string[] }>,
): Promise<HybridIndex> {
  const index = new HybridIndex(new ExactVectorIndex());
  for (const { tenant = 'shared', id, title, text, intents = [] } of documents) {
    index.set({ tenant, id }, await embedder.embed({ title, text, intents }, 'caller'));
  }
  return index;
}

async function ask(
  index: HybridIndex,
  text: string,
  options: { limit?: number; intent?: string; tenants?: string[] } = {},
) {
  const [vector] = await embeddings.embed([text]);
  return index.search({ text, vector: vector!, limit: 5, tenants: ['shared'], ...options });
}

describe('HybridIndex', () => {
  it('finds the document that answers the question', async () => {
    const index = await indexOf([
      { id: 'cards', title: 'Cards', text: 'A card arrives within five days.' },
      { id: 'cash', title: 'Cash', text: 'Machines pay out two hundred pounds.' },
    ]);
    const { passages, documents } = await ask(index, 'how much do machines pay out');
    expect(passages[0]).toMatchObject({
      id: 'cash#0',
      document: 'cash',
      title: 'Cash',
      text: 'Machines pay out two hundred pounds.',
    });
    expect(documents).toBe(2);
  });

  it('finds first the document whose title names what is asked about, however its intent and words compare', async () => {
    const index = await indexOf([
      { id: 'price', title: 'What a card costs', text: 'How much a card costs: a card costs ten.', intents: ['price'] },
      { id: 'gold', title: 'The Gannet', text: 'Five a month for the Gannet.' },
      { id: 'blue', title: 'Colours', text: 'Every card is blue, also the Gannet. Blue is a colour.' },
    ]);
    const { passages } = await ask(index, 'how much does a gannet card cost', { intent: 'price' });
    expect(passages[0]?.document).toBe('gold');
    expect((await ask(index, 'how much does a card cost', { intent: 'price' })).passages[0]?.document).toBe('price');
  });

  it('groups passages by document, best document first, and includes three documents', async () => {
    const index = await indexOf(
      ['apples', 'pears', 'plums', 'figs'].map((topic) => ({ id: topic, title: topic, text: long(topic) })),
    );
    const { passages } = await ask(index, 'apples word1');
    expect(passages.map(({ document }) => document).slice(0, 3)).toEqual(['apples', 'apples', 'apples']);
    expect(new Set(passages.map(({ document }) => document)).size).toBe(3);
    expect((await ask(index, 'apples word1', { limit: 3 })).passages.map(({ document }) => document)[0]).toBe('apples');
    expect(new Set((await ask(index, 'apples', { limit: 3 })).passages.map(({ document }) => document)).size).toBe(3);
    expect((await ask(index, 'apples', { limit: 50 })).passages).toHaveLength(16);
    const scores = passages.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  it('ranks documents written for the intent higher', async () => {
    const index = await indexOf([
      { id: 'a', title: 'Card fees', text: 'A card costs five pounds.', intents: ['order'] },
      { id: 'b', title: 'Card colours', text: 'A card is blue.', intents: ['colour'] },
    ]);
    expect((await ask(index, 'what does a card cost', { intent: 'colour' })).passages[0]?.document).toBe('b');
    expect((await ask(index, 'what does a card cost', { intent: 'out_of_scope' })).passages[0]?.document).toBe('a');
  });

  it('shows a tenant its own version of a shared document, and the shared one to others', async () => {
    const index = await indexOf([
      { id: 'hours', title: 'Hours', text: 'Open from eight.' },
      { tenant: 'acme', id: 'hours', title: 'Hours', text: 'Open from ten.' },
    ]);
    expect((await ask(index, 'open', { tenants: ['acme', 'shared'] })).passages.map(({ text }) => text)).toEqual([
      'Open from ten.',
    ]);
    expect((await ask(index, 'open', { tenants: ['other', 'shared'] })).passages.map(({ text }) => text)).toEqual([
      'Open from eight.',
    ]);
  });

  it('finds nothing of a replaced or deleted document', async () => {
    const index = await indexOf([{ id: 'a', title: 'Zebra', text: 'A zebra has stripes.' }]);
    index.set(
      { tenant: 'shared', id: 'a' },
      await embedder.embed({ title: 'Lion', text: 'A lion roars.', intents: [] }, 'caller'),
    );
    expect((await ask(index, 'zebra stripes')).passages.map(({ text }) => text)).toEqual(['A lion roars.']);
    index.delete({ tenant: 'shared', id: 'a' });
    expect(await ask(index, 'lion')).toEqual({ passages: [], documents: 0 });
  });
});

describe('fuseRankings', () => {
  it('prefers an item that two rankings agree on', () => {
    const one = [['x'], ['y'], ['z']];
    const other = [['w'], ['y'], ['v']];
    expect(
      fuseRankings([
        { groups: one, weight: 1 },
        { groups: other, weight: 1 },
      ])[0]?.item,
    ).toBe('y');
  });

  it('gives items of one group the same score', () => {
    const [first, second] = fuseRankings([{ groups: [['x', 'y']], weight: 2 }]);
    expect(first?.score).toBe(second?.score);
  });
});
