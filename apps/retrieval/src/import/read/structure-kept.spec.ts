import { docxOf, pdfOf } from '../../../test/fixtures/made-files.js';
import { readMarkdown } from '../../structure/markdown.js';
import { unitsOf } from '../../structure/units.js';
import { readFile } from './read-file.js';

/** What an answer could quote of the documents in a file, and what could not be read. */
async function quotes(name: string, content: string | Uint8Array): Promise<string[]> {
  const all: string[] = [];
  for await (const found of readFile({ name, bytes: Buffer.from(content as string) })) {
    if ('reason' in found) all.push(`${found.source}: ${found.reason}`);
    else {
      const { title, text } = found.document;
      all.push(...unitsOf(title, readMarkdown(text)).map((unit) => [...unit.headings, unit.text].join(' | ')));
    }
  }
  return all;
}

describe('Steps of a PDF whose numbers stand apart', () => {
  const steps = 'How do I go up? | How do I go up? Then do this: 1. Close the gates. 2. Check the paddles. 3. Go up.';
  const lines = ['Close the gates.', 'Check the paddles.', 'Go up.'];

  it.each([
    [
      'and are larger than their text',
      lines.map(
        (text, n) =>
          [
            [12.5, `${n + 1}`, 78],
            [10, text, 96],
          ] as const,
      ),
    ],
    [
      'with space between them',
      lines.flatMap(
        (text, n) =>
          [
            [10, `${n + 1}. ${text}`],
            [10, ''],
          ] as const,
      ),
    ],
    [
      'with a dot, in a wide margin',
      lines.map(
        (text, n) =>
          [
            [10, `${n + 1}.`, 60],
            [10, text, 120],
          ] as const,
      ),
    ],
  ])('%s', async (_, items) => {
    const pdf = pdfOf([
      [
        [18, 'Locks'],
        [14, 'How do I go up?'],
        [10, 'The lock is empty before you enter it. Then do this:'],
        ...items,
        [14, 'What is the cill?'],
        [10, 'It is the step under the top gates.'],
      ],
    ]);
    expect(await quotes('locks.pdf', pdf)).toEqual([
      'How do I go up? | The lock is empty before you enter it.',
      steps,
      'What is the cill? | It is the step under the top gates.',
    ]);
  });
});

it('Bullets of a PDF that stand apart from their text are no table', async () => {
  const items = ['a torch', 'soft shoes', 'bed linen'].map(
    (text) =>
      [
        [10, '*', 60],
        [10, text, 120],
      ] as const,
  );
  const pdf = pdfOf([[[18, 'Bring with you'], [10, 'Everybody needs the following:'], ...items]]);
  expect(await quotes('bring.pdf', pdf)).toEqual([
    'Bring with you – Everybody needs the following: a torch; soft shoes; bed linen.',
  ]);
});

it('Numbers of a PDF below the names of columns are those of rows', async () => {
  const pdf = pdfOf([
    [
      [18, 'Zones'],
      [10, 'Zone\tFee'],
      [10, '1\t£3'],
      [10, '2\t£4'],
    ],
  ]);
  expect(await quotes('zones.pdf', pdf)).toEqual(['Zones – Zone: 1; Fee: £3.', 'Zones – Zone: 2; Fee: £4.']);
});

describe('What follows a list of questions does not belong to the last of them', () => {
  const after = ['Fees | Is it free? | Yes.', 'Fees | It costs nothing to ask.'];
  it.each([
    ['definitions', '<dl><dt>Is it free?</dt><dd>Yes.</dd></dl>'],
    ['a foldable section', '<details><summary>Is it free?</summary>Yes.</details>'],
    ['a table', '<table><tr><th>Question</th><th>Answer</th></tr><tr><td>Is it free?</td><td>Yes.</td></tr></table>'],
  ])('on a page: %s', async (_, list) =>
    expect(await quotes('a.html', `<h1>Help</h1><h2>Fees</h2>${list}<p>It costs nothing to ask.</p>`)).toEqual(after),
  );
});

it('Each line of JSON Lines is read on its own, and a bad one is named', async () => {
  expect(
    await quotes('faq.jsonl', '{"q":"Is it free?","a":"Yes."}\n{"q":"Is it\n\n{"q":"Is it blue?","a":"No."}\n'),
  ).toEqual([expect.stringMatching(/^faq\.jsonl, line 2: is not JSON \(/), 'Yes.', 'No.']);
});

it('A mark of inches in a CSV is no quote', async () => {
  expect(
    await quotes('faq.csv', 'question,answer\nHow wide is it?,"Wide, very."\n17" wheel?,It fits a 17" one.\n'),
  ).toEqual(['Wide, very.', 'It fits a 17" one.']);
});

it('A first line in bold above the headings of a Word document is its title, and not quoted', async () => {
  const line = (text: string, bold = false): string =>
    `<w:p><w:r>${bold ? '<w:rPr><w:b/></w:rPr>' : ''}<w:t>${text}</w:t></w:r></w:p>`;
  const docx = docxOf(line('Lost property', true) + line('Where is it kept?', true) + line('At the desk.'));
  for await (const found of readFile({ name: 'lost.docx', bytes: docx }))
    expect(found).toMatchObject({ document: { title: 'Lost property' } });
  expect(await quotes('lost.docx', docx)).toEqual(['Where is it kept? | At the desk.']);
});
