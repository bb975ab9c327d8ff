import { Catalogue } from '../data/catalogue.js';
import { TenantData } from '../data/tenant-data.js';
import type { Scorer } from '../model/scorer.js';
import { similarItems } from './similar-items.js';

const unit = (...numbers: number[]) => Float32Array.from(numbers, (n) => n / Math.hypot(...numbers));
const THINGS: [id: string, category: string, vector: Float32Array][] = [
  ['frother', 'coffee', unit(1, 0.2, 0)],
  ['dripper', 'coffee', unit(0.8, 0.6, 0)],
  ['basket', 'baking', unit(0.3, 0, 1)],
  ['pitcher', 'kitchen', unit(0.8, 0.62, 0)],
  ['tent', 'outdoor', unit(0, 0, 1)],
];

/** A catalogue whose items have these vectors, and a model in which `users` users had the frother with others. */
function similarTo(target: string, users: number, together: Record<string, number>, options: object = {}) {
  const data = new TenantData();
  for (const [id, category, vector] of THINGS)
    data.takeItem(id, { id, title: id, text: '', category, inStock: true, vector });
  const scorer = { togetherWith: () => ({ users, strengths: new Map(Object.entries(together)) }) };
  const filter = { limit: 9, exclude: new Set<string>(), allow: () => true, ...options };
  return similarItems(target, Catalogue.of(data, new TenantData(), true), scorer as unknown as Scorer, filter);
}
const idsOf = (list: readonly { item: string }[]) => list.map(({ item }) => item);

describe('similarItems', () => {
  it('puts texts first for an item of few users, and one category before another', () => {
    const list = similarTo('frother', 3, { basket: 1, tent: 0.5 });
    expect(idsOf(list)).toEqual(['dripper', 'pitcher']);
    expect(list[0]).toMatchObject({ kind: 'similar', because: ['frother'] });
  });

  it('puts what users have together first for an item of many users', () => {
    expect(idsOf(similarTo('frother', 900, { basket: 1, tent: 0.1 }))).toEqual(['basket', 'dripper', 'pitcher']);
  });

  it('uses what users have together alone for an item without a text', () => {
    expect(idsOf(similarTo('unknown', 3, { basket: 0.4, dripper: 1 }))).toEqual(['dripper', 'basket']);
  });

  it('leaves out what is excluded or not allowed, and spreads the list by diversity', () => {
    const options = { exclude: new Set(['dripper']), allow: (item: string) => item !== 'pitcher' };
    expect(idsOf(similarTo('frother', 900, { basket: 1 }, options))).toEqual(['basket']);
    expect(idsOf(similarTo('frother', 100, { basket: 0.6 }, { limit: 2, diversity: 0.9 }))).toContain('basket');
  });
});
