import { docxOf, pdfOf, zipOf } from '../../../test/fixtures/made-files.js';
import { readMarkdown } from '../../structure/markdown.js';
import { unitsOf } from '../../structure/units.js';
import { readFile } from './read-file.js';
import type { Found } from './source-file.js';

async function read(name: string, content: string | Uint8Array, type?: string): Promise<Found[]> {
  const all: Found[] = [];
  for await (const found of readFile({ name, bytes: Buffer.from(content as string), type })) all.push(found);
  return all;
}

/** What an answer could quote of the only document in a file. */
async function quotes(name: string, content: string | Uint8Array, type?: string): Promise<string[]> {
  const [found, ...others] = await read(name, content, type);
  expect(others).toEqual([]);
  if (!found || 'reason' in found) throw new Error(found?.reason);
  const { title, text } = found.document;
  return [title, ...unitsOf(title, readMarkdown(text)).map((unit) => [...unit.headings, unit.text].join(' | '))];
}

const faults = async (name: string, content: string | Uint8Array): Promise<string[]> =>
  (await read(name, content)).map((found) => ('reason' in found ? `${found.source}: ${found.reason}` : 'read'));

const STEPS = 'To freeze it at once: 1. Open the app. 2. Tap Freeze.';

describe('readFile reads the structure of', () => {
  it('Markdown, with the title and intents of its front matter or its first heading', async () => {
    const front =
      '---\nid: freeze\ntitle: Freezing\nintents: [freeze_card]\n---\nTo freeze it at once:\n\n1. Open the app\n2. Tap Freeze\n';
    expect(await quotes('a.md', front)).toEqual(['Freezing', STEPS]);
    expect(await read('a.md', front)).toMatchObject([{ document: { id: 'freeze', intents: ['freeze_card'] } }]);
    expect(await quotes('b/how_to-freeze.md', '# Freeze a card\r\n\r\nTap Freeze.')).toEqual([
      'Freeze a card',
      'Tap Freeze.',
    ]);
    expect(await quotes('b/how_to-freeze.txt', 'Tap Freeze.')).toEqual(['How to freeze', 'Tap Freeze.']);
  });

  it.each([
    ['Opening hours\n\nWe open at 7 am.', ['Opening hours', 'We open at 7 am.']],
    ['How do I freeze it?\r\n\r\nTap Freeze.', ['How do I freeze it?', 'Tap Freeze.']],
    ['Opening hours\n=============\nWe open at 7 am.', ['Opening hours', 'We open at 7 am.']],
    ['We open at 7 am.\n\nWe close at 9 pm.', ['Notes', 'We open at 7 am.']],
    ['1. Gold\n\n2. Silver', ['Notes', 'Notes: 1. Gold. 2. Silver.']],
    ['Q: Is it free?\n\nA: Yes.', ['Notes', 'Is it free? | Yes.']],
    ['Opening hours\n\n', ['Notes', 'Opening hours']],
  ])('plain text %j, with the title in its first line', async (text, expected) =>
    expect((await quotes('notes.txt', text)).slice(0, 2)).toEqual(expected),
  );

  it('a web page, without what every page of a site has', async () => {
    const html =
      '<html><head><title>Freeze | Bank</title><style>p{}</style></head><body><nav><a>Home</a></nav><main><h1>Freeze a card</h1>' +
      '<p>To freeze it at once:</p><ol><li>Open the app</li><li>Tap <b>Freeze</b></li></ol><table><tr><th>Plan</th><th>Fee</th></tr>' +
      '<tr><td>Gold</td><td>&pound;9 | month</td></tr></table></main><footer>Imprint</footer></body></html>';
    expect(await quotes('page', html, 'text/html; charset=utf-8')).toEqual([
      'Freeze a card',
      STEPS,
      'Freeze a card – Plan: Gold; Fee: £9 | month.',
    ]);
  });

  it('a web page whose navigation is only named so, but not what a class may name otherwise', async () => {
    const page = (top: string): string =>
      `<html><head><title>Whitening</title></head><body><ul class="nav left"><li>Home<li><a href="/x">Team</a></ul>${top}` +
      '<div role="navigation">Log in <div>Register</div></div><h1>Whitening</h1><div class="menu">Soup: £4.</div><p>It takes two weeks.</p></body></html>';
    const expected = ['Whitening', 'Soup: £4.', 'It takes two weeks.'];
    expect(await quotes('page', page(''), 'text/html')).toEqual(expected);
    expect(await quotes('page', page('<p id="breadcrumb">Home &gt; Care</p>'), 'text/html')).toEqual(expected);
    const all = '<html><body><div class="nav"><p>It takes two weeks.</p></div></body></html>';
    expect(await quotes('page', all, 'text/html')).toContain('It takes two weeks.');
  });

  it('a Word document', async () => {
    const p = (text: string, style = ''): string => `<w:p>${style}<w:r><w:t>${text}</w:t></w:r></w:p>`;
    const cell = (text: string): string => `<w:tc>${p(text)}</w:tc>`;
    const body =
      p('Card fees', '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>') +
      p('The card is free.') +
      `<w:tbl><w:tr>${cell('Plan')}${cell('Fee')}</w:tr><w:tr>${cell('Gold')}${cell('£9')}</w:tr></w:tbl>`;
    expect(await quotes('fees.docx', docxOf(body))).toEqual([
      'Card fees',
      'The card is free.',
      'Card fees – Plan: Gold; Fee: £9.',
    ]);
  });

  it('a PDF: larger text is a heading, wrapped lines are one text, headers and page numbers are left out', async () => {
    const page = (n: number, ...lines: [number, string][]): [number, string][] => [
      [8, 'Bank handbook'],
      ...lines,
      [8, `Page ${n} of 3`],
    ];
    const pdf = pdfOf([
      page(
        1,
        [20, 'Card fees'],
        [10, 'The card is free for stu-'],
        [10, 'dents and costs others'],
        [10, 'five pounds.'],
      ),
      page(
        2,
        [14, 'Is it blue?'],
        [10, 'Yes.'],
        [14, 'Freezing'],
        [10, 'To freeze it at once:'],
        [10, '1. Open the'],
        [10, 'app'],
        [10, '2. Tap Freeze'],
      ),
      page(3, [10, 'The end of the book is here.']),
    ]);
    expect(await quotes('fees.pdf', pdf)).toEqual([
      'Card fees',
      'The card is free for students and costs others five pounds.',
      'Is it blue? | Yes.',
      `Freezing | ${STEPS}`,
      'Freezing | The end of the book is here.',
    ]);
  });

  it('a PDF with a table: each row is read with the names of its columns', async () => {
    const pdf = pdfOf([
      [
        [20, 'Card fees'],
        [10, 'All cards at a glance:'],
        [10, 'Plan\tMonthly fee\tAbroad'],
        [10, 'Basic\t0.00\t2 %'],
        [10, 'Gold\t9.50'],
        [10, 'Ask us for more.'],
      ],
    ]);
    expect(await quotes('fees.pdf', pdf)).toEqual([
      'Card fees',
      'All cards at a glance – Plan: Basic; Monthly fee: 0.00; Abroad: 2 %.',
      'All cards at a glance – Plan: Gold; Monthly fee: 9.50.',
      'Ask us for more.',
    ]);
  });

  it('a PDF with a title above a heading of its size, and steps over two pages', async () => {
    const pdf = pdfOf([
      [
        [18, 'Boiler'],
        [18, ''],
        [18, 'How to install it'],
        [10, '1. Close the water.'],
        [10, '2. Drill.'],
      ],
      [
        [10, '3. Hang it.'],
        [10, '4. Open the water.'],
        [18, 'Warranty'],
        [10, 'The tank has seven years.'],
      ],
    ]);
    expect(await quotes('boiler.pdf', pdf)).toEqual([
      'Boiler',
      'How to install it | How to install it: 1. Close the water. 2. Drill. 3. Hang it. 4. Open the water.',
      'Warranty | The tank has seven years.',
    ]);
  });

  it('a PDF with two columns of text is no table', async () => {
    const left = 'A long line of prose here';
    const pdf = pdfOf([
      [
        [20, 'News'],
        [5, `${left} one\tthat reads on the other side`],
        [5, `${left} two\tand goes on for a long while`],
        [5, `${left} six\tuntil it comes to its end now`],
      ],
    ]);
    expect((await quotes('news.pdf', pdf)).join(' ')).not.toContain(':');
  });

  it.each([
    ['CSV', 'faq.csv', 'Question,Answer,Category\nIs it free?,"Yes, it is.",price\nIs it blue?,No.,\n'],
    [
      'CSV with semicolons',
      'faq.csv',
      '\uFEFFquestion;answer;intent\nIs it free?;Yes, it is.;price\nIs it blue?;No.;\n',
    ],
    ['CSV without a header', 'faq.csv', 'Is it free?,"Yes, it is."\nIs it blue?,No.\n'],
    ['JSON', 'faq.json', '[{"q":"Is it free?","a":"Yes, it is.","tags":["price"]},{"q":"Is it blue?","a":"No."}]'],
    [
      'JSON under a key',
      'faq.json',
      '{"faq":[{"question":"Is it free?","answer":"<p>Yes, it is.</p>"},{"title":"Is it blue?","text":"No."}]}',
    ],
    ['an object of answers', 'faq.json', '{"Is it free?":"Yes, it is.","Is it blue?":"No."}'],
    [
      'JSON Lines',
      'faq.jsonl',
      '{"question":"Is it free?","answer":"Yes, it is."}\n\n{"question":"Is it blue?","answer":"No."}\n',
    ],
    [
      'JSON Lines of prompts',
      'faq.jsonl',
      '{"prompt":"Is it free?","completion":"Yes, it is."}\n{"instruction":"Is it blue?","input":"","output":"No."}\n',
    ],
    [
      'chats',
      'faq.jsonl',
      '{"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"Is it free?"},{"role":"assistant","content":"Yes, it is."}]}\n{"conversations":[{"from":"human","value":"Is it blue?"},{"from":"gpt","value":"No."}]}\n',
    ],
    [
      'categories',
      'faq.json',
      '{"version":2,"categories":[{"name":"Price","items":[{"question":"Is it free?","answer":["Yes, it is."]}]},{"name":"Colour","items":[{"question":"Is it blue?","answer":"No."}]}]}',
    ],
    [
      'the FAQPage of schema.org',
      'faq.json',
      '{"@type":"FAQPage","mainEntity":[{"@type":"Question","name":"Is it free?","acceptedAnswer":{"@type":"Answer","text":"<p>Yes, it is.</p>"}},{"@type":"Question","name":"Is it blue?","acceptedAnswer":{"text":"No."}}]}',
    ],
    [
      'rows with attributes',
      'faq.json',
      '{"data":[{"id":1,"attributes":{"Question":"Is it free?","Answer":"Yes, it is."}},{"id":2,"attributes":{"Question":"Is it blue?","Answer":"No."}}]}',
    ],
    ['answers by category', 'faq.json', '{"Price":{"Is it free?":"Yes, it is."},"Colour":{"Is it blue?":"No."}}'],
    ['Spanish names', 'faq.csv', 'Pregunta,Respuesta\nIs it free?,"Yes, it is."\nIs it blue?,No.\n'],
  ])('a list of questions and answers: %s', async (_, name, content) => {
    expect(await read(name, content)).toMatchObject([
      { document: { title: 'Is it free?', text: 'Yes, it is.' } },
      { document: { title: 'Is it blue?', text: 'No.' } },
    ]);
  });

  it('a category with a text of its own, and rows without an answer', async () => {
    const json =
      '[{"title":"Cards","text":"About cards.","items":[{"q":"Is it free?","a":"Yes."}]},{"id":"7","question":"Is it blue?"}]';
    expect(await read('faq.json', json)).toMatchObject([
      { document: { title: 'Cards', text: 'About cards.' } },
      { document: { title: 'Is it free?', text: 'Yes.' } },
      { source: 'faq.json#3', reason: 'has no answer or text' },
    ]);
  });

  it.each([
    ['YAML with a colon in a value', '---\ntitle: Fees: all of them\ntags: [a]\n---\nIt is free.', 'Fees: all of them'],
    ['TOML', '+++\ntitle = "Fees"\ndate = 2026-01-01\n+++\n\nIt is free.', 'Fees'],
    ['YAML that ends with dots', '---\ntitle: Fees\n...\nIt is free.', 'Fees'],
    ['YAML after an empty line', '\n---\ntitle: "Fees"\n---\nIt is free.', 'Fees'],
    ['fields that are damaged', '---\na: [\n---\nIt is free.', 'A'],
  ])('front matter: %s', async (_, text, title) => expect(await quotes('a.md', text)).toEqual([title, 'It is free.']));

  it('a text between two rules as text', async () =>
    expect(await quotes('a.md', '---\n\nIt is free.\n\n---\n\nIt is blue.')).toEqual([
      'A',
      'It is free.',
      'It is blue.',
    ]));

  it('any other table', async () => {
    expect(await quotes('fees.csv', 'Plan,Fee\nGold,£9\n')).toEqual(['Fees', 'Fees – Plan: Gold; Fee: £9.']);
  });

  it('text in the encoding that it is in', async () => {
    const text = 'It costs £5 – a month.';
    expect(await quotes('a.txt', Buffer.from('\uFEFF' + text, 'utf16le'))).toEqual(['A', text]);
    expect(await quotes('a.txt', Buffer.from(text, 'utf16le'))).toEqual(['A', text]);
    expect(await quotes('a.txt', Buffer.from([0x49, 0x74, 0x20, 0xa3, 0x35, 0x2e]))).toEqual(['A', 'It £5.']);
    expect(
      await quotes('a.html', Buffer.from('<meta charset="iso-8859-1"><p>It costs \u00a35.</p>', 'latin1')),
    ).toEqual(['A', 'It costs £5.']);
  });
});

describe('readFile names what it cannot read, and reads the rest', () => {
  it('in an archive', async () => {
    const archive = zipOf({
      'a/good.md': '# Good\nIt is good.',
      '__MACOSX/a/._good.md': 'x',
      'bad.pdf': 'no pdf',
      'bad.docx': 'PK\u0003\u0004 no docx',
      'photo.jpg': 'x',
      'inner.zip': zipOf({ 'x.md': 'x' }),
      'empty.md': ' \n',
      '../outside.md': 'It is read, and never written.',
      'faq.csv': 'question,answer\nIs it free?,\nIs it blue?,No.\n',
    });
    expect(await faults('all.zip', archive)).toEqual([
      'read',
      'bad.pdf: is no PDF, or is damaged',
      expect.stringMatching(/^bad\.docx: is no archive, or is damaged/),
      'photo.jpg: is of no known kind; Markdown, text, HTML, PDF, DOCX, CSV, JSON and ZIP are read',
      'inner.zip: is an archive in all.zip: unpack it',
      'empty.md: has no text',
      'read',
      'faq.csv#2: has no answer or text',
      'read',
    ]);
  });

  it.each([
    ['a damaged archive', 'a.zip', 'PK\u0003\u0004 and no more', /^a\.zip: is no archive, or is damaged/],
    ['JSON that is none', 'a.json', '{"a":', /^a\.json: is not JSON/],
    ['lines that are no JSON', 'a.jsonl', 'x\ny\n', /^a\.jsonl: is not JSON/],
    ['JSON without documents', 'a.json', '[1,2]', /has no list of objects with question and answer/],
    ['a PDF without text', 'a.pdf', pdfOf([[]]), /has no text: if it is scanned/],
    ['binary data as text', 'a.txt', Buffer.from([1, 0, 2]), /^a\.txt: is no text/],
  ])('%s', async (_, name, content, fault) => {
    expect(await faults(name, content)).toEqual([expect.stringMatching(fault)]);
  });

  it('and loses nothing of a long document', async () => {
    const paragraphs = Array.from(
      { length: 2_000 },
      (_, n) => `## Part ${n}\n\nThis is paragraph number ${n} of the document.`,
    );
    const found = await read('long.md', `# Long\n\n${paragraphs.join('\n\n')}`);
    expect(found.length).toBeGreaterThan(1);
    const texts = found.map((each) => ('document' in each ? each.document.text : ''));
    expect(texts.every((text) => text.length <= 60_000)).toBe(true);
    expect(texts.join('\n\n').match(/paragraph number \d+/g)).toHaveLength(2_000);
    expect(found[1]).toMatchObject({ source: 'long.md#part-2', document: { title: 'Long (2)' } });
  });
});
