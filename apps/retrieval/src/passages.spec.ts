import { LINEAR, timeGrowth } from '@llmos/testing';
import fc from 'fast-check';
import { readBlocks } from './markdown-blocks.js';
import { countWords, cutPassages } from './passages.js';

const word = fc.stringMatching(/^[a-z]{1,9}$/);
const sentence = fc
  .tuple(fc.array(word, { minLength: 2, maxLength: 30 }), fc.constantFrom('.', '!', '?'))
  .map(([words, end]) => words.join(' ') + end);
const block = fc.oneof(
  fc.record({
    kind: fc.constant('paragraph' as const),
    sentences: fc.array(sentence, { minLength: 1, maxLength: 12 }),
  }),
  fc.record({ kind: fc.constant('list' as const), sentences: fc.array(sentence, { minLength: 1, maxLength: 6 }) }),
  fc.record({ kind: fc.constant('heading' as const), sentences: fc.array(word, { minLength: 1, maxLength: 1 }) }),
);

describe('cutPassages', () => {
  it('puts every sentence into exactly one passage, in order', () => {
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 12 }), (blocks) => {
        // Each sentence is made unique, so that it can be found in one place only.
        let n = 0;
        const numbered = blocks.map(({ kind, sentences }) => ({
          kind,
          sentences: sentences.map((text) => `S${++n}x ${text}`),
        }));
        const markdown = numbered
          .map(({ kind, sentences }) => {
            if (kind === 'heading') return `## ${sentences[0]}`;
            return kind === 'list' ? sentences.map((item) => `- ${item}`).join('\n') : sentences.join(' ');
          })
          .join('\n\n');
        const passages = cutPassages('Title', markdown);
        const body = numbered.filter(({ kind }) => kind !== 'heading').flatMap(({ sentences }) => sentences);
        if (body.length === 0) return;
        for (const text of body) expect(passages.filter((passage) => passage.text.includes(text))).toHaveLength(1);
        const places = body.map((text) =>
          passages
            .map((passage) => passage.text)
            .join('\n')
            .indexOf(text),
        );
        expect(places).toEqual([...places].sort((a, b) => a - b));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps every passage within 120 words and loses no character but spaces', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 900 }), { maxLength: 8 }), (paragraphs) => {
        const text = paragraphs.map((paragraph) => paragraph.replace(/[^\p{L}\p{N} .,]/gu, ' ')).join('\n\n');
        const passages = cutPassages('Title', text);
        for (const passage of passages) expect(countWords(passage.text)).toBeLessThanOrEqual(120);
        const letters = (value: string) => value.replace(/[^\p{L}]/gu, '');
        if (letters(text) !== '') expect(letters(passages.map((passage) => passage.text).join(''))).toBe(letters(text));
      }),
      { numRuns: 200 },
    );
  });

  it('handles a word of 200,000 letters and a document of one character', () => {
    expect(cutPassages('Title', 'x'.repeat(200_000)).every((passage) => passage.text.length <= 120 * 24)).toBe(true);
    expect(cutPassages('Title', '?')).toEqual([{ text: '?', headings: [] }]);
  });

  it('takes linear time for unclosed marks', () => {
    for (const mark of ['*a ', '[a', '_a ', '`a ', '**a ', '<http://', '> '])
      expect([
        mark,
        timeGrowth((chars) => cutPassages('Title', mark.repeat(chars / mark.length)), 200_000) < LINEAR,
      ]).toEqual([mark, true]);
  });

  it('keeps a list with the paragraph before it', () => {
    const [first, ...rest] = cutPassages(
      'Fees',
      `${'Some word. '.repeat(20)}\n\nYou pay for:\n\n- cash abroad\n- a second card`,
    );
    expect([first, ...rest].at(-1)?.text).toContain('You pay for:\ncash abroad\na second card');
  });

  it('keeps headings for the search, not for quotes', () => {
    const [passage] = cutPassages('Card', '## How long it takes\n\nFive days.');
    expect(passage).toEqual({ text: 'Five days.', headings: ['How long it takes'] });
  });

  it('has a passage for a document of headings only, and for an empty one', () => {
    expect(cutPassages('Card', '# Open 8 to 20')).toEqual([{ text: 'Open 8 to 20', headings: [] }]);
    expect(cutPassages('Card', '***')).toEqual([{ text: 'Card', headings: [] }]);
  });
});

describe('readBlocks', () => {
  it('removes the marks and keeps the words', () => {
    const markdown =
      'A **bold** and *soft* [link](https://example.org "x") with `code`, 5 * 3 * 2 and snake_case_name.';
    expect(readBlocks(markdown)).toEqual([
      { kind: 'paragraph', text: 'A bold and soft link with code, 5 * 3 * 2 and snake_case_name.' },
    ]);
  });

  it('reads lists, quotes, tables, code and both forms of heading', () => {
    const markdown =
      'Title\n=====\n\n1. one\n   more\n2. two\n\n> quoted\n\n' +
      '| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode *here*\n```\n## Last ##';
    expect(readBlocks(markdown)).toEqual([
      { kind: 'heading', text: 'Title' },
      { kind: 'list', text: 'one more\ntwo' },
      { kind: 'paragraph', text: 'quoted' },
      { kind: 'paragraph', text: 'a | b\n1 | 2' },
      { kind: 'paragraph', text: 'code *here*' },
      { kind: 'heading', text: 'Last' },
    ]);
  });
});
