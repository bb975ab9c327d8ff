import { readHtml } from './html-blocks.js';
import { readMarkdown } from './markdown.js';
import { unitsOf } from './units.js';

const units = (markdown: string, title = 'Badger bank') => unitsOf(title, readMarkdown(markdown));
const texts = (markdown: string, title?: string) => units(markdown, title).map(({ text }) => text);
const answers = (markdown: string) => units(markdown).map(({ headings, text }) => [headings.at(-1), text]);

describe('A question and its answer are one unit', () => {
  const pair = [['Is the card free?', 'Yes.']];

  it.each([
    ['a heading', '## Is the card free?\nYes.'],
    ['an underlined heading', 'Is the card free?\n---\nYes.'],
    ['a bold line', '**Is the card free?**\nYes.'],
    ['a bold paragraph', '**Is the card free?**\n\nYes.'],
    ['a bold question on the same line', '**Is the card free?** Yes.'],
    ['Q: and A:', 'Q: Is the card free?\nA: Yes.'],
    ['bold Q: and A:', '**Q1: Is the card free?**\n\n**A:** Yes.'],
    ['a line that asks', 'Is the card free?\nYes.'],
    ['a definition', 'Is the card free?\n: Yes.'],
    ['a definition in HTML', '<dl><dt>Is the card free?</dt><dd>Yes.</dd></dl>'],
    ['a foldable section', '<details><summary>Is the card free?</summary>Yes.</details>'],
    ['a numbered question', '1. **Is the card free?** Yes.'],
  ])('written as %s', (_, markdown) => expect(answers(markdown)).toEqual(pair));

  it('in a list of questions, each with its own', () => {
    expect(answers('Q: Is it free?\nA: Yes.\n\nQ: Is it blue?\nA: No.\n\n# Other\n\nMore.')).toEqual([
      ['Is it free?', 'Yes.'],
      ['Is it blue?', 'No.'],
      ['Other', 'More.'],
    ]);
  });

  it('but a question in the middle of a text is text', () => {
    const text = 'Have you ever asked yourself\nwhy your card\nis blue? We have. It is the colour of badgers.';
    expect(answers(text)).toEqual([[undefined, text.replaceAll('\n', ' ')]]);
  });
});

describe('Steps are one unit with what introduces them', () => {
  const steps = ['To freeze a card: 1. Open the app. 2. Tap Freeze.'];

  it.each([
    ['a numbered list', 'To freeze a card:\n\n1. Open the app\n2. Tap Freeze'],
    ['a numbered list directly below', 'To freeze a card:\n1. Open the app.\n2. Tap **Freeze**.'],
    ['numbers with brackets', 'To freeze a card:\n\n1) Open the app\n2) Tap Freeze'],
    ['lines that begin with Step', 'To freeze a card:\n\nStep 1: Open the app\nStep 2: Tap Freeze'],
    ['paragraphs that begin with Step', 'To freeze a card:\n\nStep 1: Open the app\n\nStep 2: Tap Freeze'],
    ['a heading above', '## To freeze a card\n\n1. Open the app\n2. Tap Freeze'],
    ['HTML', '<p>To freeze a card:</p><ol><li>Open the app</li><li><p>Tap <b>Freeze</b></p></ol>'],
  ])('written as %s', (_, markdown) => {
    expect(texts(markdown)).toEqual(steps);
    expect(units(markdown)[0]?.kind).toBe('steps');
  });

  it('also if paragraphs or headings interrupt them', () => {
    expect(texts('To freeze a card:\n\n1. Open the app\n\nIt asks for your PIN.\n\n2. Tap Freeze\n\nDone.')).toEqual([
      'To freeze a card: 1. Open the app. It asks for your PIN. 2. Tap Freeze.',
      'Done.',
    ]);
    expect(texts('### Step 1: Open the app\nSign in.\n### Step 2: Tap Freeze\nConfirm.\n### Help\nCall us.')).toEqual([
      'Badger bank: 1. Open the app. Sign in. 2. Tap Freeze. Confirm.',
      'Call us.',
    ]);
  });

  it('leaves the sentences before the introduction alone', () => {
    expect(texts('Freezing is free. To freeze a card:\n\n1. Open the app\n2. Tap Freeze')).toEqual([
      'Freezing is free.',
      ...steps,
    ]);
  });

  it('says what for, if the introduction does not', () => {
    expect(texts('Steps:\n\n1. Open the app.\n2. Tap Freeze.', 'Freezing a card')).toEqual([
      'Freezing a card – Steps: 1. Open the app. 2. Tap Freeze.',
    ]);
  });
});

describe('A list keeps its lead', () => {
  it.each([
    ['words', 'You need:\n\n- a passport\n- a phone', 'You need: a passport; a phone.'],
    ['marks at the ends', 'You need:\n- a passport;\n- a phone; and\n- £5.', 'You need: a passport; a phone; £5.'],
    ['sentences', 'Who can open it?\n\n- You are 18.\n- You live here.', 'Who can open it? You are 18. You live here.'],
    ['other bullets', 'You need:\n• a passport\n• a phone', 'You need: a passport; a phone.'],
    [
      'a list in an item',
      'You need:\n- an identity:\n  - passport\n  - licence\n- a phone',
      'You need: an identity: passport; licence; a phone.',
    ],
    ['a heading above', '## What you need\n- a passport\n- a phone', 'What you need: a passport; a phone.'],
    ['boxes', 'You need:\n- [x] a passport\n- [ ] a phone', 'You need: a passport; a phone.'],
  ])('of %s', (_, markdown, text) => expect(texts(markdown)).toEqual([text]));

  it('but no short sentence without a colon', () => {
    expect(texts('## What is the limit?\n£900 a day.\n\n- cash: £300\n- shops: £600')).toEqual([
      '£900 a day.',
      'What is the limit? cash: £300; shops: £600.',
    ]);
  });

  it('in each part of a long list', () => {
    const items = Array.from({ length: 60 }, (_, n) => `- country number ${n}`).join('\n');
    const parts = texts(`The card works in:\n\n${items}`);
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) expect(part).toMatch(/^The card works in: country number \d+; .*\d\.$/);
  });
});

describe('A row of a table is read with the names of its columns', () => {
  const table = '| Plan | Fee |\n|---|---|\n| Gold | £9 |\n| Basic | |';

  it('and with the heading, the title or the sentence above it', () => {
    expect(texts(table)).toEqual(['Badger bank – Plan: Gold; Fee: £9.', 'Badger bank – Plan: Basic.']);
    expect(texts(`## Plan fees\n\n${table}`)[0]).toBe('Plan fees – Plan: Gold; Fee: £9.');
    expect(texts(`Fees per month:\n\n${table}`)[0]).toBe('Fees per month – Plan: Gold; Fee: £9.');
    expect(texts(`All fees are per month.\n\n${table}`)).toContain('All fees are per month.');
  });

  it('and with the caption of the table, which names it better than the heading above', () => {
    const html =
      '<h3>How do I book?</h3><p>In the app.</p><table><caption>Opening <b>hours</b></caption><tr><th></th><th>Sat</th></tr><tr><th>Pool</th><td>9 to 5</td></tr></table>';
    expect(texts(html)).toEqual(['In the app.', 'Opening hours – Pool – Sat: 9 to 5.']);
  });

  it('if the first column has no name, or the table no header', () => {
    expect(texts('## Fees\n| | Gold | Basic |\n|---|---|---|\n| Cash | £1 | £2 |')).toEqual([
      'Fees – Cash – Gold: £1; Basic: £2.',
    ]);
    expect(texts('<table><tr><td>Cash</td><td>£1</td></tr><tr><td>Post</td><td>£2</td></tr></table>')).toEqual([
      'Badger bank – Cash: £1.',
      'Badger bank – Post: £2.',
    ]);
    const row = (...cells: string[]) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
    const terms = `${row('Term', 'Interest', 'Example for £2,500')}${row('12 months', '0 %', '£208')}`;
    expect(texts(`<table>${terms}</table>`)).toEqual([
      'Badger bank – Term: 12 months; Interest: 0 %; Example for £2,500: £208.',
    ]);
    const hours = `${row('Office', 'from 9', 'to 5')}${row('Shop', 'from 10', 'to 6')}`;
    expect(texts(`<table>${hours}</table>`)).toEqual([
      'Badger bank – Office: from 9, to 5.',
      'Badger bank – Shop: from 10, to 6.',
    ]);
    const sockets = `${row('Boat', '230 V sockets', 'USB')}${row('Heron', '1', '2')}${row('Otter', '3', '8')}`;
    expect(texts(`<table>${sockets}</table>`)).toEqual([
      'Badger bank – Boat: Heron; 230 V sockets: 1; USB: 2.',
      'Badger bank – Boat: Otter; 230 V sockets: 3; USB: 8.',
    ]);
    expect(texts('<table><tr><td>Service</td><td>Fee</td></tr><tr><td>Cash</td><td>£1</td></tr></table>')).toEqual([
      'Badger bank – Service: Cash; Fee: £1.',
    ]);
  });

  it('if a cell spans several rows or columns', () => {
    const html =
      '<table><tr><th>Zone</th><th>Speed</th><th>Fee</th></tr><tr><td rowspan="2">UK</td><td>slow</td><td>£1</td></tr>' +
      '<tr><td>fast</td><td>£3</td></tr><tr><td>EU</td><td colspan="2">none</td></tr></table>';
    expect(texts(html)).toEqual([
      'Badger bank – Zone: UK; Speed: slow; Fee: £1.',
      'Badger bank – Zone: UK; Speed: fast; Fee: £3.',
      'Badger bank – Zone: EU; Speed: none; Fee: none.',
    ]);
  });
});

describe('Marks are no text', () => {
  it.each([
    ['entities', 'It costs &pound;5&nbsp;a month &amp; 2&#37; abroad.', 'It costs £5 a month & 2% abroad.'],
    [
      'HTML in Markdown',
      'It costs <b>£5</b> a <span class="x">month</span>.<br><script>track()</script>',
      'It costs £5 a month.',
    ],
    [
      'emphasis, links and code',
      'A **bold** and *soft* [link](https://a.example "x") with `code`, 5 * 3 * 2 and snake_case_name.',
      'A bold and soft link with code, 5 * 3 * 2 and snake_case_name.',
    ],
    ['a mark without its footnote', 'It costs £5[^1].', 'It costs £5.'],
    ['invisible characters', 'It\u200B costs\u00AD £5\u00A0a month.', 'It costs £5 a month.'],
  ])('%s', (_, markdown, text) => expect(texts(markdown)).toEqual([text]));

  it.each([
    ['after the sentence', 'Moorings are free.[^1]\n\n[^1]: Except at Pell.', 'Moorings are free (Except at Pell).'],
    ['in the sentence', 'It costs £5[^a] a month.\n\n[^a]: Students: £2.', 'It costs £5 (Students: £2) a month.'],
    ['of two sentences', 'It is free[^1].\n\n[^1]: Not in May. Ask us.', 'It is free (Not in May; Ask us).'],
    ['in an item', '- a pass[^1]\n- a photo\n\n[^1]: Not a copy.', 'Badger bank: a pass (Not a copy); a photo.'],
    [
      'of a word processor',
      '<p>It is free<sup><a href="#footnote-1" id="footnote-ref-1">[1]</a></sup>.</p><ol><li id="footnote-1"><p>Not in May. <a href="#footnote-ref-1">↑</a></p></li></ol>',
      'It is free (Not in May).',
    ],
  ])('a footnote is said with what it limits: %s', (_, markdown, text) => expect(texts(markdown)).toEqual([text]));

  it('a long footnote is a text of its own, at the end and under no heading', () => {
    const note = `Students pay £2, ${'if they show the card of their school, '.repeat(8)}and come by bus.`;
    expect(units(`## Fees\n\nIt costs £5[^1] a month.\n\n[^1]: ${note}`)).toEqual([
      { kind: 'text', text: 'It costs £5 a month.', headings: ['Fees'] },
      { kind: 'text', text: note, headings: [] },
    ]);
  });

  it('the source of a statement is a text of its own', () => {
    const html =
      '<p>It is free.<sup><a href="#cite_note-1">[1]</a></sup></p><ol><li id="cite_note-1">Smith 2010.</li></ol>';
    expect(texts(html)).toEqual(['It is free.', 'Smith 2010.']);
  });

  it('the marks of footnotes in HTML are left out, other references stay', () => {
    const html =
      '<p>It costs £5<sup><a href="#footnote-1">[1]</a></sup>, see <a href="#fees">the fees</a>, 5 m<sup>2</sup>.</p>';
    expect(readHtml(html)).toEqual([
      { kind: 'paragraph', lines: [{ text: 'It costs £5, see the fees, 5 m2.', strong: false }] },
    ]);
  });
});

describe('Questions and answers', () => {
  const asked = [
    { kind: 'text', text: 'Yes.', headings: ['Is it free?'] },
    { kind: 'text', text: 'No.', headings: ['Is it blue?'] },
  ];
  it.each([
    ['in headings with a mark', '### Q: Is it free?\nA: Yes.\n\n### Q2. Is it blue?\nA2. No.'],
    ['in a table', '| Question | Answer |\n|---|---|\n| Is it free? | Yes. |\n| Is it blue? | No. |'],
    [
      'in a table with more',
      '| No. | Question | Answer |\n|---|---|---|\n| 1 | Is it free? | Yes. |\n| 2 | Is it blue? | No. |',
    ],
    [
      'in a table without names',
      '<table><tr><td>Is it free?</td><td>Yes.</td></tr><tr><td>Is it blue?</td><td>No.</td></tr></table>',
    ],
  ])('%s', (_, markdown) => expect(units(markdown)).toEqual(asked));

  it('steps that go on after the end of a page are one list', () =>
    expect(texts('1. Close it.\n2. Drill.\n\n<p>3. Hang it.</p><p>It is heavy.</p><p>4. Open it.</p>')).toEqual([
      'Badger bank: 1. Close it. 2. Drill. 3. Hang it. It is heavy. 4. Open it.',
    ]));

  it('a table with two rows of names', () => {
    const head = '<tr><th rowspan=2>Plan</th><th colspan=2>Price</th></tr><tr><th>Monthly</th><th>Yearly</th></tr>';
    expect(texts(`<table>${head}<tr><td>S</td><td>£8</td><td>£80</td></tr></table>`)).toEqual([
      'Badger bank – Plan: S; Price Monthly: £8; Price Yearly: £80.',
    ]);
    const part = '<tr><th>Plan</th><th>Price</th></tr><tr><th colspan=2>Europe</th></tr><tr><td>S</td><td>£8</td></tr>';
    expect(texts(`<table>${part}</table>`).at(-1)).toBe('Badger bank – Plan: S; Price: £8.');
  });
});

describe('Headings', () => {
  it('end with the next of their level, and the title is none', () => {
    expect(
      units('# Badger bank\nHello.\n## Cards\n### Is it free?\nNo.\n## Accounts\nMany.').map(
        ({ headings }) => headings,
      ),
    ).toEqual([[], ['Cards', 'Is it free?'], ['Accounts']]);
  });
});

describe('readHtml', () => {
  it('reads elements that are nested too deep as text', () => {
    expect(readHtml(`${'<b>'.repeat(100_000)}Text`)).toEqual([
      { kind: 'paragraph', lines: [{ text: 'Text', strong: false }] },
    ]);
  });

  it('reads broken HTML as far as a browser would', () => {
    expect(texts('<p>One<p>Two<li>a<li>b</li><table><tr><td>x<td>1</table><h2>Head</h2>End')).toEqual([
      'One',
      'Two',
      'Badger bank: a; b.',
      'Badger bank – x: 1.',
      'End',
    ]);
  });
});
