import { DIMENSIONS, WordEmbeddings } from '../test/fixtures/word-embeddings.js';
import { plainRelevance } from '../test/fixtures/plain-relevance.js';
import { ExactVectorIndex } from './adapters/exact-vector.index.adapter.js';
import { DocumentEmbedder } from './document-embedder.js';
import { HybridIndex } from './hybrid-index.js';
import type { RelevanceModel } from './relevance/relevance.js';
import type { TokenHead } from './relevance/token-head.js';
import { SearchEncoder } from './search-encoder.js';

const embeddings = new WordEmbeddings();
const embedder = new DocumentEmbedder(new SearchEncoder(embeddings));
const long = (topic: string) =>
  Array.from({ length: 4 }, (_, n) => `The ${topic} part ${n}. ${`${topic} word${n} `.repeat(25)}`).join('\n\n');

async function indexOf(
  documents: Array<{ tenant?: string; id: string; title: string; text: string; intents?: string[] }>,
): Promise<HybridIndex> {
  const index = new HybridIndex(new ExactVectorIndex(), plainRelevance);
  for (const { tenant = 'shared', id, title, text, intents = [] } of documents) {
    await index.set({ tenant, id }, await embedder.embed({ title, text, intents }, 'caller'));
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

  it('takes a document and its copies for one', async () => {
    const cards = { title: 'Cards', text: 'A card arrives within five days.' };
    const cash = { id: 'cash', title: 'Cash', text: 'Machines pay out two hundred pounds.' };
    const copies = ['a', 'b', 'c', 'd'].map((id) => ({ id, ...cards }));
    const once = await ask(await indexOf([copies[0]!, cash]), 'when does a card arrive');
    const four = await ask(await indexOf([...copies, cash]), 'when does a card arrive');
    expect(four.passages).toEqual(once.passages);
    expect(four.passages.map(({ document }) => document)).toEqual(['a', 'cash']);
  });

  it('orders documents by the evidence of both readings of a question', async () => {
    const index = await indexOf([
      { id: 'price', title: 'What a transfer costs', text: 'A transfer costs five pounds.' },
      { id: 'time', title: 'How long money takes', text: 'Money takes two days to Canada.' },
    ]);
    const together = 'what a transfer costs days to canada';
    const [vector, other] = await embeddings.embed([together, 'days to canada']);
    const query = { text: together, vector: vector!, tenants: ['shared'], limit: 5 };
    const also = { text: 'days to canada', vector: other!, share: 0.8 };
    expect((await index.search(query)).passages[0]?.document).toBe('price');
    const { passages } = await index.search({ ...query, also });
    expect(passages.map(({ document }) => document)).toEqual(['time', 'price']);
  });

  it('finds first the document whose title names what is asked about, however its intent and words compare', async () => {
    const index = await indexOf([
      { id: 'price', title: 'What a card costs', text: 'How much a card costs: a card costs ten.', intents: ['price'] },
      { id: 'gold', title: 'The Gannet card', text: 'Five a month for the Gannet card.' },
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

  it('prefers the document written for the intent if two answer equally well', async () => {
    const index = await indexOf([
      { id: 'a', title: 'Card fees', text: 'A card costs five pounds.', intents: ['order'] },
      { id: 'b', title: 'Card fees', text: 'A card costs five pounds.', intents: ['replace'] },
      { id: 'c', title: 'Cash', text: 'Machines pay out two hundred pounds.', intents: ['cash'] },
    ]);
    const first = async (intent?: string) =>
      (await ask(index, 'what does a card cost', intent === undefined ? {} : { intent })).passages[0]?.document;
    expect(await first('order')).toBe('a');
    expect(await first('replace')).toBe('b');
    expect(['a', 'b']).toContain(await first('cash'));
    expect(['a', 'b']).toContain(await first('out_of_scope'));
  });

  it('gives all passages of a document its probability of answering, which others do not change', async () => {
    const cards = { id: 'cards', title: 'Cards', text: 'A card arrives within five days.' };
    const cash = { id: 'cash', title: 'Cash', text: 'Machines pay out two hundred pounds.' };
    const relevanceIn = async (...documents: (typeof cards)[]) =>
      (await ask(await indexOf(documents), 'when does my card arrive')).passages.map(({ relevance }) => relevance!);
    const [alone] = await relevanceIn(cards);
    const [right, wrong] = await relevanceIn(cards, cash);
    expect(alone).toBeGreaterThan(0.5);
    expect(right).toBeCloseTo(alone!, 1);
    expect(wrong).toBeLessThan(0.1);
  });

  it('finds a word with a typing error', async () => {
    const index = await indexOf([
      { id: 'a', title: 'Chargebacks', text: 'A chargeback takes time.' },
      { id: 'b', title: 'Interest', text: 'Interest is paid each month.' },
    ]);
    expect((await ask(index, 'chargebakc')).passages[0]?.document).toBe('a');
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
    await index.set(
      { tenant: 'shared', id: 'a' },
      await embedder.embed({ title: 'Lion', text: 'A lion roars.', intents: [] }, 'caller'),
    );
    expect((await ask(index, 'zebra stripes')).passages.map(({ text }) => text)).toEqual(['A lion roars.']);
    await index.delete({ tenant: 'shared', id: 'a' });
    expect(await ask(index, 'lion')).toEqual({ passages: [], documents: 0 });
  });
});

describe('HybridIndex with a second look', () => {
  const head: TokenHead = {
    dimensions: DIMENSIONS,
    size: DIMENSIONS,
    projection: identity(DIMENSIONS),
    importance: new Float32Array(DIMENSIONS),
    bias: 1,
  };
  const model: RelevanceModel = {
    ...plainRelevance,
    weights: { ...plainRelevance.weights, tokens: { document: 2, passage: 2 } },
    head,
  };
  const texts = new SearchEncoder(embeddings, head);

  async function companyOf(documents: Readonly<Record<string, string>>) {
    const index = new HybridIndex(new ExactVectorIndex(), model);
    const seen = new DocumentEmbedder(texts);
    for (const [id, text] of Object.entries(documents))
      await index.set({ tenant: 'shared', id }, await seen.embed({ title: id, text, intents: [] }, 'caller'));
    return async (text: string) => {
      const [encoded] = await texts.encode([text], 'query');
      const { passages } = await index.search({ text, ...encoded!, limit: 5, tenants: ['shared'] });
      return passages;
    };
  }

  const story =
    'yesterday evening my sister visited london museum bought lunch train delayed umbrella forgotten machine swallowed';
  const documents = {
    short: 'Yesterday evening.',
    machine: `The machine swallowed it. ${'Branch staff return property after office hours on request. '.repeat(4)}`,
  };

  it('orders documents by the words of a long message that they have, also where one vector is a blur', async () => {
    const [best] = await (await companyOf(documents))(story.replace('yesterday evening my sister visited', ''));
    expect(best?.document).toBe('machine');
  });
});

function identity(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, n) => (n % (size + 1) === 0 ? 1 : 0));
}
