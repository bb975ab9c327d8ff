import fc from 'fast-check';
import { columnOf, knownFields, readInteraction, readItem } from './recommender-rows.js';

const DAY = '2026-01-31T00:00:00.000Z';
const NOON = '2026-01-31T12:30:00.000Z';

describe('the rule for a row of interactions', () => {
  const row = { user: 'u', item: 'i' };

  it.each([
    [{ user: 'u', item: 'i' }],
    [{ user_id: 'u', item_id: 'i' }],
    [{ userId: 'u', itemId: 'i' }],
    [{ 'User ID': 'u', 'Product-Id': 'i' }],
    [{ customer_id: 'u', sku: 'i' }],
    [{ visitorid: 'u', itemid: 'i' }],
    [{ CustomerID: ' u ', ASIN: 'i' }],
    [{ user: '', user_id: 'u', product: null, productId: 'i', colour: 'red' }],
    [{ user_uuid: 'u', item_uuid: 'i' }],
    [{ cust_id: 'u', prod_id: 'i' }],
    [{ 'Customer No.': 'u', 'Item No.': 'i' }],
  ])('knows the user and the item of %j', (sent) => {
    expect(readInteraction(sent).value).toEqual({ ...row, event: 'view', value: 1 });
  });

  it.each([
    [{ Kundennummer: 'u', Artikelnummer: 'i' }],
    [{ Numéro: 'x', Utilisateur: 'u', produit: 'i' }],
    [{ user_pseudo_id: 'u', item_id: 'i' }],
    [{ user_pseudo_id: 'p', user_id: 'u', item_id: 'i' }],
    [{ 'Customer User ID': 'u', SKU: 'i', Email: 'a@b.c' }],
    [{ session_id: 'u', item_id: 'i' }],
    [{ email: 'e', 'Customer ID': 'u', 'Lineitem sku': 'i' }],
    [{ user_id: 'NULL', session_id: 'u', item_id: 'i', event: 'null', rating: 'NaN', at: '\\N' }],
  ])('knows the user and the item of the export %j', (sent) => {
    expect(readInteraction(sent).value).toEqual({ ...row, event: 'view', value: 1 });
  });

  it.each([
    [{ type: 'track', userId: 'u', event: 'Product Viewed', properties: { product_id: 'i', quantity: 2 } }, 2],
    [{ event: 'Product Viewed', properties: { distinct_id: 'u', item_id: 'i', time: 5 }, time: 1_769_862_600 }, 1],
    [{ user_id: 'u', event_type: 'product_viewed', event_properties: { sku: 'i' }, properties: ['x'] }, 1],
  ])('reads the properties of %j', (sent, value) => {
    expect(readInteraction(sent).value).toMatchObject({ ...row, event: 'product_viewed', value });
    expect(readInteraction(knownFields('interactions', sent)).value).toMatchObject({ ...row, value });
  });

  it('makes no user of those who have none', () => {
    for (const none of ['NULL', 'nan', 'None', 'undefined', 'N/A', '\\N'])
      expect(readInteraction({ user: none, item: 'i' })).toMatchObject({ field: 'user' });
  });

  it('takes the type of a message for an event only where it has none, and a day for a time', () => {
    const sent = { type: 'track', event: 'Product Viewed', event_date: '20260131', timestamp: '2026-01-31 12:30:00' };
    expect(readInteraction({ ...row, ...sent }).value).toMatchObject({ event: 'product_viewed', at: NOON });
    expect(readInteraction({ ...row, type: 'click', event_date: '20260131' }).value).toMatchObject({
      event: 'click',
      at: DAY,
    });
  });

  it('takes numbers as ids, except those that several ids share', () => {
    expect(readInteraction({ user: 7, item: 8 }).value).toMatchObject({ user: '7', item: '8' });
    expect(readInteraction({ user: 2 ** 60, item: 8 })).toMatchObject({ field: 'user' });
  });

  it.each([
    ['Purchase', 'purchase'],
    ['VIEW', 'view'],
    ['add-to-cart', 'add_to_cart'],
    ['AddToCart', 'add_to_cart'],
    ['👎', 'thumbs_down'],
    ['👍🏽', 'thumbs_up'],
    ['💔', 'dislike'],
    ['❤️', 'like'],
    ['addToCart', 'add_to_cart'],
    ['Add to cart', 'add_to_cart'],
    ['ADD_TO_CART', 'add_to_cart'],
    ['addtocart', 'add_to_cart'],
    ['Product Viewed', 'product_viewed'],
    [' thumbs-down! ', 'thumbs_down'],
  ])('writes the event %j as %s', (event, expected) => {
    expect(readInteraction({ ...row, event_type: event }).value?.event).toBe(expected);
  });

  it.each([
    [1_769_862_600, NOON],
    ['1769862600', NOON],
    [1_769_862_600_000, NOON],
    [1_769_862_600_000_000, NOON],
    ['1769862600.5', '2026-01-31T12:30:00.500Z'],
    ['2026-01-31 12:30:00', NOON],
    ['2026-01-31 12:30', NOON],
    ['2026-01-31T12:30:00', NOON],
    ['2026-01-31T12:30:00Z', NOON],
    ['2026-01-31 12:30:00 UTC', NOON],
    ['2026-01-31 13:30:00+01', NOON],
    ['2026-01-31T07:00:00-0530', NOON],
    ['2026-01-31 12:30:00.123456', '2026-01-31T12:30:00.123Z'],
    ['2026/1/31', DAY],
    ['2026-01-31', DAY],
    ['20260131', DAY],
    ['31.01.2026', DAY],
    ['31.1.2026 12:30', NOON],
    ['31.01.2026, 12:30:00', NOON],
    ['Jan 31, 2026, 12:30:00 PM', NOON],
    ['2026-01-31 12:30pm', NOON],
    ['2026-01-31 12:00 a.m.', DAY],
    ['31 Jan 2026', DAY],
    ['31-JAN-2026 12:30:00', NOON],
    ['Sat, 31 Jan 2026 12:30:00 GMT', NOON],
    ['January 31, 2026', DAY],
    ['Sat Jan 31 2026 13:30:00 GMT+0100 (Central European Standard Time)', NOON],
    ['2026-01-31 13:30:00 +0100', NOON],
    ['2026-01-31 12:30:00 +0000 UTC', NOON],
    ['01 31, 2026', DAY],
    ['20260131123000', NOON],
    [20_260_131_123_000, NOON],
    ['20260131T123000Z', NOON],
    ['20260131T1230', NOON],
    ['202601311230', NOON],
    ['1.7698626e9', NOON],
    ['2026.01.31', DAY],
    ['2026-01-31T13:30:00+01:00[Europe/Berlin]', NOON],
    ['2026-01-31T12:30:00Z[UTC]', NOON],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.000Z'],
    ['2026-01-31 04:30:00 PST', NOON],
    ['2026-01-31 07:30 EST', NOON],
    ['Sat, 31 Jan 2026 13:30:00 CET', NOON],
    ['2026-01-31 04:30:00 -0800 PST', NOON],
  ])('reads the time %j', (at, expected) => {
    expect(readInteraction({ ...row, timestamp: at }).value?.at).toBe(expected);
  });

  it.each([
    ...[
      'yesterday',
      '2026-02-30',
      '2026-01-31 25:00:00',
      '31/01/2026',
      '30.02.2026',
      '31.13.2026',
      '31 Foo 2026',
      '2026-01-31T12:30:61Z',
    ],
    ...['2026-01-31 13:00 PM', '2026-01-31 0:10 am', '2026-01-31x', '31.01.2026 soon', '1.2.3', true],
  ])('refuses the time %j', (at) => {
    expect(readInteraction({ ...row, at })).toMatchObject({ field: 'at', reason: expect.stringMatching(/^at: /) });
  });

  it.each([
    [{ rating: '4.5' }, { event: 'rate', value: 4.5 }],
    [{ stars: '4,5' }, { event: 'rate', value: 4.5 }],
    [
      { rating: 1, event: 'review' },
      { event: 'review', value: 1 },
    ],
    [
      { quantity: '3', action: 'Buy' },
      { event: 'buy', value: 3 },
    ],
    [{ value: -1 }, { value: -1 }],
  ])('reads the strength of %j', (sent, expected) => {
    expect(readInteraction({ ...row, ...sent }).value).toMatchObject(expected);
  });

  it.each([
    [{}, 'user'],
    [{ user: 'u' }, 'item'],
    [{ ...row, user: { id: 1 } }, 'user'],
    [{ ...row, item: 'a\nb' }, 'item'],
    [{ ...row, value: 'many' }, 'value'],
    [{ 'User ID': 'u', SKU: 'i', Quantity: 'many' }, 'Quantity'],
    [{ userId: { id: 1 }, sku: 'i' }, 'userId'],
    [{ ...row, Timestamp: 'soon' }, 'Timestamp'],
    [{ ...row, properties: { qty: 'many' } }, 'qty'],
    [{ ...row, event: '!' }, undefined],
    [{ ...row, event: 5 }, 'event'],
    ['u,i', ''],
    [null, ''],
    [[row], ''],
  ])('names the field at fault of %j, and not its value', (sent, field) => {
    const { field: found, reason } = readInteraction(sent) as { field?: string; reason?: string };
    expect(found).toBe(field);
    if (field !== undefined) expect(reason).not.toMatch(/many|a\nb/);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (user, at, value) => {
        for (const sent of [user, { user, at, value }]) expect(readInteraction(sent)).toBeDefined();
      }),
    );
  });
});

describe('the rule for a row of items', () => {
  const item = { id: 'i', title: 'Pot', text: '', inStock: true };

  it.each([
    [{ id: 'i', title: 'Pot' }, item],
    [
      { sku: 'i', name: 'Pot', description: 'Round.' },
      { ...item, text: 'Round.' },
    ],
    [
      { product_id: 3, 'Product Name': 'Pot' },
      { ...item, id: '3' },
    ],
    [
      { ...item, in_stock: undefined, inStock: false },
      { ...item, inStock: false },
    ],
    [
      { id: 'i', title: 'Pot', category: 'kitchen' },
      { ...item, category: 'kitchen' },
    ],
    [
      { id: 'i', title: 'Pot', categories: ['kitchen', 'gifts'] },
      { ...item, category: 'kitchen', categories: ['kitchen', 'gifts'] },
    ],
    [
      { id: 'i', title: 'Pot', genres: 'Drama|War' },
      { ...item, category: 'Drama', categories: ['Drama', 'War'] },
    ],
    [{ id: 'i', title: 'Pot', categories: [] }, item],
    [
      { id: 'i', title: 'Pot', price: '€ 1.299,50' },
      { ...item, price: 1299.5 },
    ],
    [{ id: 'i', title: 'Pot', price: 'on request' }, item],
    [
      { id: 'i', title: 'Pot', price: '10.00 - 12.00 EUR' },
      { ...item, price: 10 },
    ],
    [
      { id: 'i', title: 'Pot', price: '12,-' },
      { ...item, price: 12 },
    ],
    [
      { id: 'i', title: 'Pot', price: '1 299 kr' },
      { ...item, price: 1299 },
    ],
    [
      {
        Handle: 'pot',
        'Variant SKU': 'i',
        Title: 'Pot',
        'Body (HTML)': '<p>A <b>red</b> pot</p>',
        'Variant Inventory Qty': '0',
      },
      { ...item, text: 'A  red  pot', inStock: false },
    ],
    [
      { Artikelnummer: 'i', Bezeichnung: 'Pot', Beschreibung: 'Rund.', Preis: '9,90', Lagerbestand: '0' },
      { ...item, text: 'Rund.', price: 9.9, inStock: false },
    ],
    [
      { id: 'i', title: 'Caf&#233; &amp; co &#0;&#55296;&constructor;', text: 'a < b &copy' },
      { ...item, title: 'Café & co &#0;&#55296;&constructor;', text: 'a < b &copy' },
    ],
    [
      { id: 'i', title: 'A\u0000B\u0007\u202Egnp.exe ', text: 'a\nb\u001Bc' },
      { ...item, title: 'A B  gnp.exe', text: 'a\nb c' },
    ],
    [
      { id: 'i', title: 'Pot', text: 'x'.repeat(5_000) },
      { ...item, text: 'x'.repeat(4_000) },
    ],
  ])('reads %j', (sent, expected) => expect(readItem(sent).value).toEqual(expected));

  it.each([
    ['in_stock', false, false],
    ['inStock', 'no', false],
    ['In Stock', '0', false],
    ['in-stock', 'TRUE', true],
    ['availability', 'out of stock', false],
    ['availability', 'in_stock', true],
    ['stock', 0, false],
    ['stock_quantity', '12', true],
    ['out_of_stock', true, false],
    ['sold_out', 'no', true],
    ['In stock?', '0', false],
    ['Available quantity', '0', false],
    ['QUANTITY', 4, true],
    ['availability', 'https://schema.org/OutOfStock', false],
    ['availability', 'http://schema.org/InStock', true],
    ['stock_status', 'onbackorder', true],
    ['stock', '0 pcs', false],
    ['stock', '12 Stück', true],
    ['stock', '-3', false],
    ['Verfügbarkeit', 'nicht verfügbar', false],
    ['Verfügbar', 'ja', true],
    ['stock', 'auf Lager', true],
    ['availability', 'Rupture de stock', false],
    ['stock', '1,5', true],
    ['stock', '10+', true],
    ['stock', '> 10', true],
    ['stock', '<5', true],
    ['stock', 'Only 3 left', true],
    ['in_stock', 't', true],
    ['in_stock', 'f', false],
    ['in_stock', 'off', false],
    ['availability', 'temporarily out of stock', false],
    ['availability', 'Out of stock (back in May)', false],
    ['in_stock', 'null', true],
    ['in_stock', 'none', false],
  ])('reads the stock from %s %j', (name, value, inStock) => {
    expect(readItem({ id: 'i', title: 'Pot', [name]: value }).value?.inStock).toBe(inStock);
  });

  it.each([
    [{ title: 'Pot' }, 'id'],
    [{ id: 'i' }, 'title'],
    [{ id: 'i', title: 'Pot', in_stock: 'perhaps' }, 'in_stock'],
    [{ id: 'i', title: 'Pot', stock: 'x' }, 'stock'],
    [{ id: 'i', title: 'Pot', 'Sale Price': -3 }, 'Sale Price'],
    [{ id: 'i', title: 'Pot', price: '-5' }, 'price'],
    [{ id: 'i', title: 'Pot', categories: [{}] }, 'categories'],
  ])('names the field at fault of %j', (sent, field) => expect(readItem(sent)).toMatchObject({ field }));
});

describe('a long name or text', () => {
  it('is read in linear time', () => {
    const long = (part: string) => part.repeat(200_000);
    const before = process.cpuUsage();
    for (const part of ['aA', '_', ' ', '1', '1,', '-', '2026-', '.', '<a', '&#1;', '</'])
      readItem({
        id: 'i',
        title: long(part),
        text: long(part),
        price: long(part),
        in_stock: long(part),
        [long(part)]: 1,
      });
    for (const part of ['aA', '_', ' -', '1', '1,', '2026-01-31 ', '31.', 'Jan 31, 2026 ', '.'])
      readInteraction({ user: 'u', item: 'i', at: long(part), event: long(part), value: long(part) });
    expect(columnOf('items', long('id'))).toBeUndefined();
    // Processor time: other work on the machine does not count.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
  });
});
