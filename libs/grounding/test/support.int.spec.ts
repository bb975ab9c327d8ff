import { readdirSync, readFileSync } from 'node:fs';
import { sourcesOf } from '../src/sources.js';
import { supportsOf } from '../src/paraphrase.js';
import { supportOf } from '../src/support.js';

const ARTICLES = new URL('../../../deploy/samples/help-centre/', import.meta.url);
const SWAPS: readonly (readonly [string, string])[] = [
  [' is ', ' is not '],
  [' can ', ' cannot '],
  [' cannot ', ' can '],
  [' not ', ' '],
  [' from ', ' to '],
  [' only ', ' '],
  [' within ', ' after '],
  [' at most ', ' at least '],
  [' up to ', ' '],
  [' before ', ' after '],
  [' and ', ' or '],
  [' you ', ' we '],
  ['physical', 'virtual'],
  ['virtual', 'physical'],
  ['Apple Pay', 'Google Pay'],
  ['day', 'week'],
];

const NUMBER = /£?\d[\d,.]*\d|\d/gu;

/** Sentences that resemble one of the article but differ: another number, a swapped word, two joined halves. */
function falsified(sentence: string, article: readonly string[]): string[] {
  const numbers = new Set(article.join(' ').match(NUMBER) ?? []);
  const half = (text: string, second: boolean) => {
    const words = text.split(' ');
    const middle = words.length >> 1;
    return (second ? words.slice(middle) : words.slice(0, middle)).join(' ');
  };
  const made = [
    ...(sentence.match(NUMBER) ?? []).flatMap((number) => [...numbers].map((other) => sentence.replace(number, other))),
    ...SWAPS.map(([from, to]) => sentence.replace(from, to)),
    ...article.map((other) => `${half(sentence, false)} ${half(other, true)}`),
  ];
  return made.filter((text) => !article.includes(text));
}

describe('The support check on the sample help centre', () => {
  const articles = readdirSync(ARTICLES)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => {
      const text = readFileSync(new URL(file, ARTICLES), 'utf8').split('---\n').slice(2).join('---\n');
      return sourcesOf([{ id: `${file}#0`, document: file, title: file, text, score: 1, similarity: 0.7 }]);
    });

  it('accepts every sentence of an article', () => {
    for (const sources of articles)
      for (const { sentence } of sources) expect(supportOf(sentence, sources)?.sentence).toBe(sentence);
  });

  it('rejects at least 99.9 % of thousands of sentences that nearly match one', () => {
    let tried = 0;
    const passed: string[] = [];
    for (const sources of articles) {
      const texts = sources.map(({ sentence }) => sentence);
      for (const text of texts.flatMap((sentence) => falsified(sentence, texts))) {
        tried++;
        if (supportsOf(text, sources).length > 0) passed.push(text);
      }
    }
    expect(tried).toBeGreaterThan(5_000);
    expect(passed.slice(tried / 1_000)).toEqual([]);
  });
});
