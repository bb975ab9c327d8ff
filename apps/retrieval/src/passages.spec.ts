import { LINEAR, timeGrowth } from '@llmos/testing';
import fc from 'fast-check';
import { countWords, cutPassages } from './passages.js';

const word = fc.stringMatching(/^[a-z]{1,9}$/);
const sentence = fc
  .tuple(fc.array(word, { minLength: 2, maxLength: 30 }), fc.constantFrom('.', '!'))
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
  it('puts every sentence into a passage, in order', () => {
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
        for (const text of body) expect(passages.some((passage) => passage.body.includes(text))).toBe(true);
        const places = body.map((text) =>
          passages
            .map((passage) => passage.body)
            .join('\n')
            .indexOf(text),
        );
        expect(places).toEqual([...places].sort((a, b) => a - b));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps every passage of prose within 120 words and loses no character but spaces', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 900 }), { maxLength: 8 }), (paragraphs) => {
        const text = paragraphs.map((paragraph) => paragraph.replace(/[^\p{L} .,]/gu, ' ')).join('\n\n');
        const passages = cutPassages('Title', text);
        for (const passage of passages) expect(countWords(passage.body)).toBeLessThanOrEqual(120);
        const letters = (value: string) => value.replace(/[^\p{L}]/gu, '');
        if (letters(text) !== '') expect(letters(passages.map((passage) => passage.body).join(''))).toBe(letters(text));
      }),
      { numRuns: 200 },
    );
  });

  it('handles a word of 200,000 letters and a document of one character', () => {
    expect(cutPassages('Title', 'x'.repeat(200_000)).every((passage) => passage.text.length <= 120 * 24)).toBe(true);
    expect(cutPassages('Title', '?').map(({ text, headings }) => ({ text, headings }))).toEqual([
      { text: '?', headings: [] },
    ]);
  });

  it('takes linear time for rubbish', () => {
    const marks = ['*a ', '[a', '`a ', '<http://', '> ', '[^a', '<b>', '<li>'];
    const lines = ['1. a\n', 'a?\nb\n', '## Step 1: a\nb\n\n', 'a|b\n-|-\n', '**a**\n', 'a\n: b\n'];
    for (const mark of [...marks, ...lines])
      expect([
        mark,
        timeGrowth((chars) => cutPassages('Title', mark.repeat(chars / mark.length)), 100_000) < LINEAR,
      ]).toEqual([mark, true]);
  });

  it.each([
    ['heading', `# ${'word '.repeat(2_000)}\n\n| a | b |\n|---|---|\n`],
    ['name of a column', `| ${'word '.repeat(2_000)} | b |\n|---|---|\n`],
  ])('does not repeat a %s without end in each row', (_, begin) => {
    const markdown = begin + '| c | d |\n'.repeat(500);
    const chars = cutPassages('Title', markdown).reduce((sum, { text }) => sum + text.length, 0);
    expect(chars).toBeLessThan(400 * 500 + markdown.length);
    expect(cutPassages('Title', markdown).at(-1)?.text).toContain('b: d');
  });

  it('takes linear time for an end that is none', () => {
    const texts: Readonly<Record<string, (marks: number) => string>> = {
      item: (marks) => `- ${','.repeat(marks)}x`,
      step: (marks) => `1. a${';'.repeat(marks)}x\n2. b`,
      'heading of a step': (marks) => `# Step 1: ${','.repeat(marks)}x\n\nb\n\n# Step 2: c\n\nd`,
      'heading of a table': (marks) => `# a${':'.repeat(marks)}x\n\n| a | b |\n|---|---|\n| c | d |\n`,
      'lead of a list': (marks) => `a${'–'.repeat(marks)}x\n\n- b\n- c`,
      code: (marks) => `\`\`\`\na${' '.repeat(marks)}x\n\`\`\`\n`,
      lines: (marks) => `\`\`\`\na${'\n'.repeat(marks)}x\n\`\`\`\n`,
    };
    const slow = Object.entries(texts).filter(
      ([, text]) => timeGrowth((marks) => cutPassages('Title', text(marks)), 40_000) > LINEAR,
    );
    expect(slow.map(([name]) => name)).toEqual([]);
  });

  it('keeps a list with the sentence that introduces it', () => {
    const passages = cutPassages(
      'Fees',
      `${'Some word. '.repeat(20)}\n\nYou pay for:\n\n- cash abroad\n- a second card`,
    );
    expect(passages.at(-1)?.text).toContain('You pay for: cash abroad; a second card.');
  });

  it('writes headings above what they head: they are searched, and screened with the text', () => {
    const [passage] = cutPassages('Card', '## Delivery\n\nFive days.\n\n### Abroad\n\nTen days.');
    expect(passage).toMatchObject({
      text: 'Delivery\nFive days.\nAbroad\nTen days.',
      body: 'Five days.\nTen days.',
      headings: ['Delivery', 'Abroad'],
    });
  });

  it('has everything that may be quoted in its text', () => {
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 12 }), (blocks) => {
        const markdown = blocks
          .map(({ kind, sentences }) => (kind === 'list' ? '- ' : '') + sentences.join(' '))
          .join('\n\n');
        for (const { text, units } of cutPassages('Title', markdown)) {
          for (const unit of units)
            expect([unit.text, ...unit.headings].every((each) => text.includes(each))).toBe(true);
        }
      }),
    );
  });

  it('makes a passage of each question with its answer', () => {
    const passages = cutPassages('Card', '## Is it free?\nYes.\n\n## Is it blue?\nNo.\n\n## Colours\nRed.');
    expect(passages.map(({ text }) => text)).toEqual(['Is it free?\nYes.', 'Is it blue?\nNo.', 'Colours\nRed.']);
  });

  it('does not cut steps, up to 1,200 characters; of longer ones every passage says how many there are', () => {
    const steps = (count: number): string =>
      Array.from(
        { length: count },
        (_, n) => `${n + 1}. Press the button number ${n + 1} and wait for the light.`,
      ).join('\n');
    const [whole, ...others] = cutPassages('Reset', `To reset a reader:\n${steps(20)}`);
    expect(others).toEqual([]);
    expect(whole?.units.map(({ kind }) => kind)).toEqual(['steps']);
    expect(whole?.text).toContain('20. Press the button number 20');
    const parts = cutPassages('Reset', `To reset a reader:\n${steps(40)}`);
    expect(parts.length).toBeGreaterThan(2);
    for (const { units } of parts) {
      expect(units.map(({ kind }) => kind)).toEqual(['steps', 'part']);
      expect(units[0]?.text).toBe('To reset a reader: this takes 40 steps, which are listed in “Reset”.');
    }
  });

  it('cuts a step that is as long as a book, so that no passage is', () => {
    const long = 'Turn the wheel a little further to the left. '.repeat(2_000);
    const passages = cutPassages('Steps', `1. Begin.\n2. ${long}\n3. End.`);
    expect(passages.length).toBeGreaterThan(10);
    expect(Math.max(...passages.map(({ text }) => countWords(text)))).toBeLessThan(1_300);
    expect(passages.flatMap(({ units }) => units).some(({ kind }) => kind === 'text')).toBe(false);
    expect(
      passages
        .map(({ body }) => body)
        .join(' ')
        .match(/Turn the wheel/g),
    ).toHaveLength(2_000);
  });

  it('has a passage for a document of headings only, and for an empty one', () => {
    expect(cutPassages('Card', '# Open 8 to 20').map(({ text }) => text)).toEqual(['Open 8 to 20']);
    expect(cutPassages('Card', '***').map(({ text }) => text)).toEqual(['Card']);
  });
});
