import { readFileSync } from 'node:fs';
import { checkFile, checkRows } from './rows-check.js';

const bytes = (text: string) => Buffer.from(text);
const refusal = (field: string) => expect.objectContaining({ code: 'INVALID_ARGUMENT', field });

describe('checkRows', () => {
  it.each([
    ['a good row among bad ones', [{}, { user_id: 1, sku: 'i', event: 'Purchase' }, 'x']],
    ['one row', [{ customer: 'a', product_id: 2 }]],
  ])('lets a list of interactions with %s pass', (_, rows) =>
    expect(() => checkRows(rows, 'interactions')).not.toThrow(),
  );

  it.each([
    ['no known field', [{ foo: 1 }, { bar: 2 }], 'interactions.0.user'],
    ['no item', [{ user: 'u' }], 'interactions.0.item'],
    ['texts', ['x', 3, null], 'interactions.0'],
    ['a value that is no number', [{ user: 'u', item: 'i', value: 'much' }], 'interactions.0.value'],
    ['a time that is none', [{ user: 'u', item: 'i', at: 'soon' }], 'interactions.0.at'],
  ])('refuses a list of %s, naming the row and the field', (_, rows, field) =>
    expect(() => checkRows(rows, 'interactions')).toThrow(refusal(field)),
  );

  it('refuses items of which one cannot be read', () => {
    const good = { sku: 1, name: 'Pot', in_stock: 'yes' };
    expect(() => checkRows([good, good], 'items')).not.toThrow();
    expect(() => checkRows([good, { id: 'x' }], 'items')).toThrow(refusal('items.1.title'));
  });
});

describe('checkFile', () => {
  it.each([
    ['csv', 'user,item\nu,i\n'],
    ['csv', '\uFEFF"User ID";"SKU";"note"\r\n1;2;"a\r\nb"\r\n'],
    ['csv', 'sep=|\nuser|item\nu|i'],
    ['csv', 'user,item,event\ru,i,View\r'],
    ['csv', 'user,item\nbad\nu,i\n'],
    ['csv', 'user,item\nu,"i\n'],
    ['jsonl', '\uFEFF{"userId":1,"productId":2}\n'],
    ['jsonl', 'nonsense\n{"user":"u","item":"i"}\n'],
    ['jsonl', `{"user":"u","item":"i"}\n${'{"x":1}\n'.repeat(100_000)}`],
  ] as const)('lets the %s file %j pass', (format, text) =>
    expect(() => checkFile(bytes(text.slice(0, 900_000)), format, 'interactions')).not.toThrow(),
  );

  it.each([
    ['csv', 'u1,j1,buy\nu2,j2,buy\n', 'file'],
    ['csv', '1\t2\t3\t881250949\n', 'file'],
    ['csv', 'rubbish that is no csv', 'file'],
    ['csv', '', 'file'],
    ['csv', 'user,item\n', 'file'],
    ['csv', 'user,item\n,\nx\n', 'interactions.2.user'],
    ['csv', '\nuser,item,at\n\nu,i,soon\n', 'interactions.4.at'],
    ['jsonl', '\n\n', 'file'],
    ['jsonl', 'hello\nworld\n', 'interactions.1'],
    ['jsonl', '{"user":"u"}\n', 'interactions.1.item'],
    ['jsonl', '[{"user":"u","item":"i"}]\n', 'interactions.1'],
  ] as const)('refuses the %s file %j', (format, text, field) =>
    expect(() => checkFile(bytes(text), format, 'interactions')).toThrow(refusal(field)),
  );

  it('says that a line is not JSON', () => {
    const refused = /^Line 1 is not an interaction: it is not JSON/;
    expect(() => checkFile(bytes('{"user":1,"item":2},\n'), 'jsonl', 'interactions')).toThrow(refused);
  });

  it('says that a line has too few or too many fields', () => {
    const file = bytes('user,item,event\nu1,i1\n,i2,buy\n');
    expect(() => checkFile(file, 'csv', 'interactions')).toThrow(/^Line 2 .*: it has 2 fields, the header 3\. Nothing/);
  });

  it('says where a list belongs', () => {
    const file = bytes('[{"user":"u","item":"i"}]\n');
    expect(() => checkFile(file, 'jsonl', 'interactions')).toThrow(/the list as application\/json/);
  });

  it('says what a header looks like', () => {
    expect(() => checkFile(bytes('u1,j1,buy\n'), 'csv', 'interactions')).toThrow(/user,item,event,value,at/);
    expect(() => checkFile(bytes('1,Pot\n'), 'csv', 'items')).toThrow(/id,title,text,category,price,in_stock/);
  });

  it('reads the sample shop', () => {
    const file = (name: string) => readFileSync(`deploy/samples/shop/${name}.jsonl`);
    expect(() => checkFile(file('interactions'), 'jsonl', 'interactions')).not.toThrow();
    expect(() => checkFile(file('products'), 'jsonl', 'items')).not.toThrow();
  });

  it('takes little time for a hostile file', () => {
    const before = process.cpuUsage();
    for (const part of ['"', '"a,', ',', 'a,b\n', '\r', '""\n', '{', '[', '\n'])
      for (const format of ['csv', 'jsonl'] as const)
        try {
          checkFile(bytes(`user,item\n${part.repeat(400_000)}`), format, 'interactions');
        } catch {
          // Refused.
        }
    // Processor time: other work on the machine does not count.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(5_000);
  });
});
