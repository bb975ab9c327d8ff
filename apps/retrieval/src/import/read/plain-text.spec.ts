import { readMarkdown } from '../../structure/markdown.js';
import { unitsOf } from '../../structure/units.js';
import { withMarkup } from './plain-text.js';
import { readFile } from './read-file.js';
import type { Found } from './source-file.js';

/** What an answer could quote of a text file. */
async function quotes(text: string): Promise<string[]> {
  const all: Found[] = [];
  for await (const each of readFile({ name: 'notes.txt', bytes: Buffer.from(text) })) all.push(each);
  expect(all).toHaveLength(1);
  const [found] = all;
  if (!found || 'reason' in found) throw new Error(found?.reason);
  const { title, text: markdown } = found.document;
  return [title, ...unitsOf(title, readMarkdown(markdown)).map((unit) => [...unit.headings, unit.text].join(' | '))];
}

describe('readFile reads plain text', () => {
  it.each([
    [
      'Groups\n\nBubbles   0-18 months   Thu 9.30\nRobins    18 months-3   Thu 10.15   (new)\n\nBring socks.',
      [
        'Groups',
        'Groups – Bubbles: 0-18 months, Thu 9.30.',
        'Groups – Robins: 18 months-3, Thu 10.15, (new).',
        'Bring socks.',
      ],
    ],
    [
      'Prices\n\nItem\tPrice\nTea\t£2\nCake\t£3\nJam\t£4',
      ['Prices', 'Prices – Item: Tea; Price: £2.', 'Prices – Item: Cake; Price: £3.', 'Prices – Item: Jam; Price: £4.'],
    ],
    [
      'Hours\n\nWe open at 7.  We close at 9.\nCall us.  Or write.\nCome in.  Sit down.',
      ['Hours', 'We open at 7. We close at 9.', 'Call us. Or write.', 'Come in. Sit down.'],
    ],
    [
      'Out\n\nWe open at 7.\nPrams stay in the lobby.\nThis one is broken at the edge of the page and therefore\ngoes on.',
      [
        'Out',
        'We open at 7.',
        'Prams stay in the lobby.',
        'This one is broken at the edge of the page and therefore goes on.',
      ],
    ],
    [
      'Hot\n\n1) open the tap\n2) close it\nIf it leaks, call us.',
      ['Hot', 'Hot: 1. open the tap. 2. close it.', 'If it leaks, call us.'],
    ],
    [
      'Hot\n\n- open the tap that is under the sink in your kitchen or in the bathroom of\nMary\n- close it',
      ['Hot', 'Hot: open the tap that is under the sink in your kitchen or in the bathroom of Mary; close it.'],
    ],
  ])('%j, with the columns and lists that people write without markup', async (text, expected) =>
    expect(await quotes(text)).toEqual(expected),
  );
});

describe('A short line without an end above a sentence is a heading', () => {
  it.each([
    [
      'directly above it',
      'It is free.\n\nWater points\nThey are blue.',
      'It is free.\n\n**Water points**\n\nThey are blue.',
    ],
    [
      'with an empty line',
      'It is free.\n\nWater points\n\nThey are blue.',
      'It is free.\n\n**Water points**\n\nThey are blue.',
    ],
  ])('%s', (_, text, markdown) => expect(withMarkup(text)).toBe(markdown));

  it('also with a number, in capital letters', () =>
    expect(withMarkup('1. SHOES\nWear clean ones.\n\n2. WEIGHTS & BARS\nPut them back.')).toBe(
      '**SHOES**\n\nWear clean ones.\n\n**WEIGHTS & BARS**\n\nPut them back.',
    ));

  it.each([
    ['steps', '1. Open the app\n\n2. TAP IT'],
    ['a statement with a number', 'We open at 7 am\n\nWe close at 9 pm.'],
    ['the first lines of an address', 'Kestrel Wharf\nMill Lane\nPell'],
    ['what introduces a list', 'You need\n\n- a passport.\n- a phone.'],
    ['a line that goes on', 'Water points\nare blue.'],
    ['a text with headings', '# Boats\n\nAll of them\n\nThey are blue.'],
    ['a greeting', 'Dear guests,\n\nThey are blue.'],
    ['code', '```\nWater points\n\nThey are blue.\n```'],
  ])('but not %s', (_, text) => expect(withMarkup(text)).toBe(text));
});
