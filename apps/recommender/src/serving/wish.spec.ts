import { Catalogue } from '../data/catalogue.js';
import { TenantData } from '../data/tenant-data.js';
import { plainText, stemsOf } from './item-words.js';
import { itemCalled, readWish } from './wish.js';

const TITLES = [
  'Milk frother',
  'Chef knife, 20 cm',
  'Pocket knife',
  'Sleeping bag',
  'Crème brûlée torch',
  'Tent for two',
];
const data = new TenantData();
TITLES.forEach((title, at) => data.takeItem(`i${at}`, { id: `i${at}`, title, text: '', inStock: true }));
const catalogue = Catalogue.of(data, new TenantData(), false);

describe('readWish', () => {
  it.each([
    ['like Milk frother', 'i0'],
    ['something similar to the milk frother but cheaper', 'i0'],
    ["I'd like something like the milk frother", 'i0'],
    ['I want an alternative to my frother', 'i0'],
    ['Etwas Ähnliches wie Milk frother', 'i0'],
    ['comparable with pocket knives', 'i2'],
    ['one like the Chef knife, 20 cm please', 'i1'],
    ['creme brulee torch or similar', 'i4'],
    ['like a Creme Brulee torch', 'i4'],
  ])('knows the item of the wish %s', (text, id) => {
    expect(readWish(text, catalogue)).toEqual({ similarTo: id });
  });

  it.each([
    'something for small kitchens',
    'I like tea',
    'I would like a bag',
    'we really like knives',
    'something like a bag of tea',
    'like',
    'Milk frother',
    'things like that',
    '',
  ])('is a text to find items by: %j', (text) => expect(readWish(text, catalogue)).toEqual({ text }));

  it('takes linear time for a long text', () => {
    const before = process.cpuUsage();
    for (const part of ['like ', 'é', '-', 'ves', 'knife like ']) readWish(`like ${part.repeat(100_000)}`, catalogue);
    // Processor time. It takes less than a second, several times that on a busy machine, and minutes if it is not linear.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(20_000);
  });
});

describe('itemCalled', () => {
  it.each([
    ['i0', 'i0'],
    ['milk FROTHER', 'i0'],
    ['Chef knife 20 cm', 'i1'],
    ['frother', undefined],
    ['', undefined],
  ])('finds by id or title: %j', (name, id) => {
    expect(itemCalled(name, catalogue)).toBe(id);
  });
});

describe('stemsOf', () => {
  it.each([
    ['knives', 'knife'],
    ['kitchens', 'kitchen'],
    ['dishes', 'dish'],
    ['berries', 'berry'],
    ['gloves', 'glove'],
    ['Kettles!', 'kettle'],
  ])('gives %s and %s one stem', (many, one) => expect(stemsOf(plainText(many))).toEqual(stemsOf(one)));

  it.each(['glass', 'gas', 'bus'])('leaves %s', (word) => expect(stemsOf(word)).toEqual([word]));
});
