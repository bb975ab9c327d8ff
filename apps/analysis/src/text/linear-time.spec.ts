import type { Entity } from '@llmos/contracts/capabilities/analysis';
import { LINEAR, timeGrowth } from '@llmos/testing';
import { aspectTerms } from '../sentiment/aspect-terms.js';
import { findDates } from '../entities/patterns/dates.js';
import { findEmails } from '../entities/patterns/email.js';
import { findMoney } from '../entities/patterns/money.js';
import { findProducts } from '../entities/patterns/products.js';
import { wordsAndQuantities } from '../phrases/quantities.js';
import { phraseCandidates } from '../phrases/phrase-candidates.js';
import { RelationFinder } from '../relations/relation-finder.js';
import { parseRelations } from '../relations/relations-file.js';
import { windowsOf } from './windows.js';
import { sentencesOf } from './sentences.js';
import { wordsOf } from './words.js';

const CHARS = 40_000;
const PIECES = [
  ...'.!-?"\' a1A@,(\t\n…é😀',
  '. ',
  'a.',
  'A.',
  'a@',
  '1-',
  '1.',
  'A ',
  '."',
  '\n ',
  "a'",
  '$1',
  'a@b.',
  '((',
  'Aa-',
];
const ENDS = ['', 'a'];
const relations = new RelationFinder(
  parseRelations(`
unless: [not]
relations:
  - type: works_for
    subject: [person]
    object: [organisation]
    patterns: ['{subject} (works|worked) ~4 for [the] {object}', '{object} ~6 hired ~6 {subject}']
`),
);
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  words: wordsOf,
  quantities: wordsAndQuantities,
  sentences: sentencesOf,
  windows: (text) => windowsOf(text),
  phrases: (text) => phraseCandidates(text, sentencesOf(text)),
  aspects: (text) => aspectTerms(text, sentencesOf(text)),
  emails: findEmails,
  money: findMoney,
  products: findProducts,
  dates: (text) => sentencesOf(text).map(({ start, end }) => findDates(text.slice(start, end), new Date(0))),
  relations: (text) => relations.find(text, sentencesOf(text), entitiesOf(text)),
};

describe('the text analysis', () => {
  it.each(PIECES)('takes linear time for 40,000 characters of %j', (piece) => {
    for (const end of ENDS) {
      const textOf = (chars: number) => piece.repeat(chars / piece.length - 1) + end;
      const slow = Object.entries(readers).filter(
        ([, read]) => timeGrowth((chars) => read(textOf(chars)), CHARS) > LINEAR,
      );
      expect([piece, end, slow.map(([name]) => name)]).toEqual([piece, end, []]);
    }
  });

  it('takes linear time for an apposition that never ends', () => {
    const read = (words: number) => {
      const text = `Ada, ${'very '.repeat(words)}Acme`;
      const entities = [entityAt(text, 0, 3, 'person'), entityAt(text, text.length - 4, text.length, 'organisation')];
      return relations.find(text, [{ start: 0, end: text.length }], entities);
    };
    expect(timeGrowth(read, 38)).toBeLessThan(LINEAR);
  });
});

/** An entity at every 20th character of a sentence, alternately a person and an organisation. */
function entitiesOf(text: string): Entity[] {
  return sentencesOf(text).flatMap(({ start, end }) =>
    Array.from({ length: Math.floor((end - start) / 20) }, (_, at) =>
      entityAt(text, start + 20 * at, start + 20 * at + 1, at % 2 === 0 ? 'person' : 'organisation'),
    ),
  );
}

function entityAt(text: string, start: number, end: number, type: Entity['type']): Entity {
  return { type, text: text.slice(start, end), start, end, confidence: 1 };
}
