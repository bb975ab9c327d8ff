import fc from 'fast-check';
import { emptyRows, writeRow, type TrainedModel } from '../training/trained-model.js';
import { viewModel } from './model-file.js';
import { Scorer } from './scorer.js';
import { seededRandom } from '@llmos/learning';

const items = ['kettle', 'teapot', 'cup', 'novel', 'atlas', 'hammer'];
/** Kitchen items belong together, and books belong together. */
const B = [
  [0, 0.5, 0.3, 0, 0, 0],
  [0.5, 0, 0.4, 0, 0, 0],
  [0.3, 0.4, 0, 0.05, 0, 0],
  [0, 0, 0.05, 0, 0.6, 0],
  [0, 0, 0, 0.6, 0, 0],
  [0, 0, 0, 0, 0, 0],
];

function model(): TrainedModel {
  const rows = emptyRows(items.length, items.length);
  B.forEach((row, item) => writeRow(rows, item, row));
  return {
    settings: { algorithm: 'ease', regularisation: 10, factors: 0, sweeps: 0, unobservedWeight: 0, seed: 0 },
    users: 20,
    interactions: 51,
    items,
    counts: Uint32Array.of(10, 9, 12, 8, 11, 1),
    rows,
    gram: new Float32Array(0),
  };
}

const scorer = new Scorer(viewModel(model()));
const historyOf = (...list: string[]) => ({ history: list.map((item) => ({ item })), exclude: new Set(list) });
const itemsOf = (list: readonly { item: string }[]) => list.map(({ item }) => item);

describe('Scorer.recommendFor', () => {
  it('recommends items related to the history, with the reason', () => {
    const [first, second] = scorer.recommendFor({ ...historyOf('kettle', 'novel'), limit: 2 });
    expect(first).toMatchObject({ item: 'atlas', kind: 'because', because: ['novel'] });
    expect(second).toMatchObject({ item: 'teapot', kind: 'because', because: ['kettle'] });
  });

  it('lists the reasons by their contribution', () => {
    const [cup] = scorer.recommendFor({ ...historyOf('kettle', 'teapot'), limit: 1 });
    expect(cup).toMatchObject({ item: 'cup', because: ['teapot', 'kettle'] });
  });

  it('fills the list with popular items, with decreasing scores', () => {
    const list = scorer.recommendFor({ ...historyOf('kettle'), limit: 5 });
    expect(list.map(({ kind }) => kind)).toEqual(['because', 'because', 'popular', 'popular', 'popular']);
    expect(itemsOf(list)).toEqual(['teapot', 'cup', 'atlas', 'novel', 'hammer']);
    expect(list.every(({ score }, at) => at === 0 || score <= list[at - 1]!.score)).toBe(true);
  });

  it('recommends popular items for an empty history and for unknown items', () => {
    expect(itemsOf(scorer.recommendFor({ history: [], limit: 2 }))).toEqual(['cup', 'atlas']);
    const unknown = scorer.recommendFor({ ...historyOf('nobody knows it'), limit: 1 });
    expect(unknown).toEqual([{ item: 'cup', score: 12, kind: 'popular', because: [] }]);
  });

  it('works without a model', () => {
    const early = new Scorer(undefined, { popularity: new Map(Object.entries({ a: 1, b: 5, c: 3 })) });
    expect(itemsOf(early.recommendFor({ ...historyOf('b'), limit: 2 }))).toEqual(['c', 'a']);
    expect(early.togetherWith('a')).toBeUndefined();
    expect(new Scorer(undefined).popular({ limit: 3 })).toEqual([]);
  });

  it('uses the weights of interactions', () => {
    const history = [{ item: 'kettle', weight: 5 }, { item: 'novel' }];
    expect(scorer.recommendFor({ history, limit: 1, exclude: new Set(['kettle', 'novel']) })[0]?.item).toBe('teapot');
  });

  it('recommends more different items with diversity', () => {
    const plain = scorer.recommendFor({ ...historyOf('teapot', 'novel'), limit: 3 });
    const mixed = scorer.recommendFor({ ...historyOf('cup', 'novel'), limit: 2, diversity: 0.9 });
    expect(itemsOf(plain)).toEqual(['atlas', 'kettle', 'cup']);
    expect(itemsOf(mixed)).toEqual(['atlas', 'teapot']);
  });

  it('gives a share of the places to little-known items, the same for the same seed', () => {
    const query = { ...historyOf('kettle'), limit: 3, exploration: 0.25, allow: (item: string) => item !== 'novel' };
    const list = scorer.recommendFor({ ...query, random: seededRandom(5) });
    expect(list.filter(({ kind }) => kind === 'explore')).toHaveLength(1);
    expect(list[0]!.kind).toBe('because');
    expect(scorer.recommendFor({ ...query, random: seededRandom(5) })).toEqual(list);
  });

  it('never lists excluded, disallowed or duplicate items, and respects the limit', () => {
    const some = fc.uniqueArray(fc.constantFrom(...items, 'unknown'));
    fc.assert(
      fc.property(
        some,
        some,
        some,
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (history, excluded, banned, limit, diversity, exploration) => {
          const allow = (item: string) => !banned.includes(item);
          const exclude = new Set(excluded);
          const query = { history: history.map((item) => ({ item })), limit, diversity, exploration, exclude, allow };
          const list = itemsOf(scorer.recommendFor(query));
          expect(list.length).toBe(Math.min(limit, items.filter((item) => allow(item) && !exclude.has(item)).length));
          expect(new Set(list).size).toBe(list.length);
          expect(list.every((item) => allow(item) && !exclude.has(item))).toBe(true);
        },
      ),
    );
  });
});

describe('Scorer.togetherWith', () => {
  it('gives the strength of the items that belong to one, without the item itself', () => {
    const { users, strengths } = scorer.togetherWith('cup')!;
    expect(users).toBe(12);
    expect([...strengths.keys()].sort()).toEqual(['kettle', 'novel', 'teapot']);
    expect(strengths.get('teapot')).toBeGreaterThan(strengths.get('kettle')!);
    expect(scorer.togetherWith('nobody knows it')).toBeUndefined();
  });
});

describe('Scorer with cold items', () => {
  const unit = (...numbers: number[]) => Float32Array.from(numbers, (n) => n / Math.hypot(...numbers));
  const embeddings = new Map([
    ['kettle', unit(1, 0, 0)],
    ['teapot', unit(0.9, 0.1, 0)],
    ['novel', unit(0, 1, 0)],
    ['new kettle', unit(0.98, 0.02, 0)],
    ['new saw', unit(0, 0, 1)],
  ]);

  it('scores a cold item like its nearest known items by text', async () => {
    const cold = await scorer.withColdItems(embeddings);
    const list = cold.recommendFor({ ...historyOf('teapot', 'kettle'), limit: 6 });
    expect(list.find(({ item }) => item === 'new kettle')).toMatchObject({ kind: 'because' });
    expect(itemsOf(list)).not.toContain('new saw');
  });

  it('replaces a cold item in a history by its nearest known items', async () => {
    const cold = await scorer.withColdItems(embeddings);
    const [first] = cold.recommendFor({ ...historyOf('new kettle', 'kettle'), limit: 1 });
    expect(first).toMatchObject({ item: 'teapot' });
    expect(first!.because).toContain('new kettle');
    expect([...cold.togetherWith('new kettle')!.strengths.keys()]).toContain('teapot');
  });
});
