import { Catalogue } from '../data/catalogue.js';
import { TenantData } from '../data/tenant-data.js';
import { plainText, stemsOf } from './item-words.js';
import { isUnwanted, itemCalled, partWish, readWish } from './wish.js';

const TITLES = [
  'Milk frother',
  'Chef knife, 20 cm',
  'Pocket knife',
  'Sleeping bag',
  'Crème brûlée torch',
  'Tent for two',
];
const data = new TenantData();
TITLES.forEach((title, at) =>
  data.takeItem(`i${at}`, { id: `i${at}`, title, text: '', inStock: true, ...(at < 3 ? { price: 10 + 10 * at } : {}) }),
);
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
    ['the same as the milk frother', 'i0'],
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

  it.each([
    ['something for baking, no knives', 'something for baking', ['i1', 'i2']],
    ['Something sharp but not a pocket knife please', 'something sharp please', ['i2']],
    ['anything but bags or tents', '', ['i3', 'i5']],
    ['camping, except for the tent for two', 'camping for two', ['i5']],
    ['kein Sleeping bag', '', ['i3']],
    ['something sharp under 25 euros', 'something sharp', ['i2']],
    ['Knives up to £19.99, no frothers', 'knives', ['i0', 'i1', 'i2']],
    ['a present for less than 5,50 €', 'a present for', ['i0', 'i1', 'i2']],
    ['something between 15 and 25 euros', 'something', ['i0', 'i2']],
    ['a gift, €15-25', 'a gift,', ['i0', 'i2']],
    ['knives over 15 pounds', 'knives', ['i0']],
    ['at least £25', '', ['i0', 'i1']],
    ['knives cheaper than 25', 'knives', ['i2']],
    ['a gift for under 25', 'a gift', ['i2']],
    ['cheaper than 25 cm', 'cheaper than 25 cm', []],
    ['between 2 and 4 people', 'between 2 and 4 people', []],
    ['something to cut bread, not a knife', 'something to cut bread', ['i1', 'i2']],
    ['bags not tents', 'bags', ['i5']],
    ['something that is not a tent', 'something that is not a tent', []],
    ['a knife that is not too big', 'a knife that is not too big', []],
    ['a tent for up to 4 people', 'a tent for up to 4 people', []],
    ['under 20 cm', 'under 20 cm', []],
    ['I have no idea what to buy', 'i have to buy', []],
    ['a knife with no serration', 'a knife with', []],
    ['something for small kitchens', 'something for small kitchens', []],
    ['a bag that does not leak', 'a bag that does not leak', []],
    ['nothing', 'nothing', []],
  ])('parts the wish %j', (text, wanted, unwanted) => {
    const wish = partWish(text);
    const ids = TITLES.map((_, at) => `i${at}`).filter((id) => isUnwanted(wish, id, catalogue));
    expect([wish.wanted, ids]).toEqual([wanted, unwanted]);
  });

  it('takes linear time for a long text', () => {
    const before = process.cpuUsage();
    for (const part of [
      'like ',
      'é',
      '-',
      'ves',
      'knife like ',
      'no ',
      'no knife ',
      'under ',
      '1-',
      '€1 and ',
      '€1-2 ',
      'over 1 ',
      'cheaper than 1 ',
      'not ',
      'up to £1 ',
      'but not a ',
    ]) {
      readWish(`like ${part.repeat(100_000)}`, catalogue);
      partWish(part.repeat(100_000));
    }
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
    ['hoses', 'hose'],
    ['boxes', 'box'],
    ['cases', 'case'],
    ['Kettles!', 'kettle'],
  ])('gives %s and %s one stem', (many, one) => expect(stemsOf(plainText(many))).toEqual(stemsOf(one)));

  it.each(['glass', 'gas', 'bus'])('leaves %s', (word) => expect(stemsOf(word)).toEqual([word]));
});
