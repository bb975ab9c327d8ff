import { readInteraction, readItem } from './recommender-rows.js';

describe('a row that is hostile', () => {
  const MANY = 3_000_000;

  it.each([
    ['text', { id: 'i', title: 'Pot', text: '<a>&amp;'.repeat(MANY / 8) }],
    ['title', { id: 'i', title: '&amp;'.repeat(MANY / 5) }],
    ['event', { user: 'u', item: 'i', event: 'aA'.repeat(MANY / 2) }],
    ['price', { id: 'i', title: 'Pot', price: "1'".repeat(MANY / 2) }],
    ['stock', { id: 'i', title: 'Pot', inStock: 'a1'.repeat(MANY / 2) }],
    ['category', { id: 'i', title: 'Pot', category: ['a|'.repeat(MANY / 2)] }],
    ['number of fields', Object.fromEntries(Array.from({ length: 300_000 }, (_, at) => [`f é ${at}`, 1]))],
  ])('with a long %s takes little time', (_, row) => {
    const before = process.cpuUsage();
    readItem(row);
    readInteraction(row);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(150);
  });

  it('is told that it has too many fields', () => {
    const row = Object.fromEntries(Array.from({ length: 6_000 }, (_, at) => [`f${at}`, 1]));
    expect(readInteraction({ user: 'u', item: 'i', properties: row }).reason).toBe('has over 5000 fields');
  });
});
