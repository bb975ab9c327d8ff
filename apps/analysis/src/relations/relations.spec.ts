import { readFileSync } from 'node:fs';
import type { Entity } from '@llmos/contracts/capabilities/analysis';
import { RelationFinder } from './relation-finder.js';
import { parseRelations } from './relations-file.js';

const RULES = `
unless: [not, "didn't"]
relations:
  - type: works_for
    subject: [person]
    object: [organisation]
    patterns: ['{subject} (works|worked) ~2 for [the] {object}', '{object} hired {subject}']
`;

/** The text marks entities as [Name|type]. */
function find(marked: string, rules = RULES): string[] {
  const entities: Entity[] = [];
  let text = '';
  for (const [, plain, name, type] of marked.matchAll(/([^[]*)(?:\[([^|\]]+)\|(\w+)\])?/g)) {
    text += plain ?? '';
    if (!name) continue;
    const start = text.length;
    text += name;
    entities.push({ type: type as Entity['type'], text: name, start, end: text.length, confidence: 1 });
  }
  const finder = new RelationFinder(parseRelations(rules));
  const found = finder.find(text, [{ start: 0, end: text.length }], entities);
  for (const { evidence, subject } of found) expect(text.slice(evidence.start, evidence.end)).toContain(subject.text);
  return found.map(({ subject, type, object }) => `${subject.text} ${type} ${object.text}`);
}

describe('RelationFinder', () => {
  it.each([
    ['[Ada|person] works very hard for the [Acme|organisation].', ['Ada works_for Acme']],
    ['[Acme|organisation] hired [Bob|person] on Monday.', ['Bob works_for Acme']],
    ['[Ada|person], the chief engineer, worked for [Acme|organisation].', ['Ada works_for Acme']],
    ['[Ada|person], born in [Oslo|place], worked for [Acme|organisation].', ['Ada works_for Acme']],
    ['[Ada|person] met [Bob|person], who left, and worked for [Acme|organisation].', []],
    ['[Ada|person] worked hard from [Acme|organisation].', []],
    ['[Ada|person] works away from, not for, [Acme|organisation].', []],
    ['[Ada|person] and [Bob|person] work for nobody.', []],
    ['[Ada|person] and [Bob|person] worked for [Acme|organisation].', ['Ada works_for Acme', 'Bob works_for Acme']],
    ['[Ada|person] does not think [Bob|person] works for [Acme|organisation].', []],
    ["[Acme|organisation] didn't hire [Bob|person].", []],
    ['Has [Ada|person] worked for [Acme|organisation]?', []],
    ['Has the [Acme|organisation] hired [Bob|person]?', []],
    ['Did you know that [Ada|person] worked for [Acme|organisation]?', ['Ada works_for Acme']],
    ['[London|place] works for [Acme|organisation].', []],
  ])('finds the relations in %j', (text, expected) => expect(find(text)).toEqual(expected));

  it.each([
    ['relations: []', /relations/],
    ["relations: [{type: a, subject: [person], object: [place], patterns: ['{subject} is']}]", /once each/],
    ["relations: [{type: a, subject: [nobody], object: [place], patterns: ['{subject} {object}']}]", /subject/],
    ["relations: [{type: a, subject: [person], object: [place], patterns: ['{subject} (is {object}']}]", /brackets/],
  ])('rejects the invalid file %s', (yaml, why) => {
    expect(() => parseRelations(yaml)).toThrow(why);
  });
});

describe('The relations that are shipped', () => {
  const shipped = readFileSync(new URL('../../../../deploy/relations.yaml', import.meta.url), 'utf8');

  it.each([
    [
      '[Tarvo|organisation], based in [Lisbon|place], acquired [Celline|organisation].',
      ['Tarvo located_in Lisbon', 'Tarvo bought Celline'],
    ],
    ['[Tarvo|organisation] to buy [Celline|organisation] in $3 bn deal', ['Tarvo bought Celline']],
    ['[Tarvo|organisation] is buying [Celline|organisation].', ['Tarvo bought Celline']],
    ['[Tarvo|organisation], which is taking over [Celline|organisation], raised prices.', ['Tarvo bought Celline']],
    ['[Tarvo|organisation] swallowed [Celline|organisation].', ['Tarvo bought Celline']],
    ['[Celline|organisation] got bought by [Tarvo|organisation].', ['Tarvo bought Celline']],
    ['Has [Tarvo|organisation] bought [Celline|organisation]?', []],
    ['[Tarvo|organisation] is considering buying [Celline|organisation].', []],
    ['[Tarvo|organisation] acquired by [Celline|organisation]', ['Celline bought Tarvo']],
    ['[Tarvo|organisation], bought by [Celline|organisation] in 2019, makes bread.', ['Celline bought Tarvo']],
    ['[Tarvo|organisation], which bought [Celline|organisation] in 2019, raised prices.', ['Tarvo bought Celline']],
    [
      '[Ada Lind|person], who works for [Tarvo|organisation], lives in [Leeds|place].',
      ['Ada Lind works_for Tarvo', 'Ada Lind lives_in Leeds'],
    ],
    ['[Ada Lind|person], daughter of [Tom Lind|person], lives in [York|place].', ['Ada Lind lives_in York']],
    ['[Tom Lind|person] bought a house from [Tarvo|organisation].', []],
    ['Employees of [Tarvo|organisation] bought shares of [Celline|organisation].', []],
    ['[Tarvo|organisation], unlike [Ovila|organisation], did not buy [Celline|organisation].', []],
  ])('of %j are found', (text, expected) => expect(find(text, shipped)).toEqual(expected));
});
