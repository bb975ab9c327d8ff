import { parseCsv } from './csv.js';

describe('parseCsv', () => {
  it('reads quotes, doubled quotes, commas and line breaks inside them', () => {
    const rows = parseCsv('text,category\r\n"Hi, ""you""\nthere",a b\r\nplain,c\n\n', 'x.csv', ['text', 'category']);
    expect(rows).toEqual([
      { text: 'Hi, "you"\nthere', category: 'a b' },
      { text: 'plain', category: 'c' },
    ]);
  });

  it('reads columns by name, in any order, and a last line without a line end', () => {
    expect(parseCsv('\uFEFFid,category,text\n1,x,y', 'x.csv', ['text', 'category'])).toEqual([
      { id: '1', category: 'x', text: 'y' },
    ]);
  });

  it('names the missing column', () => {
    expect(() => parseCsv('text,label\na,b\n', 'x.csv', ['text', 'category'])).toThrow(
      'x.csv has no column category; its first line must name: text,category',
    );
  });
});
