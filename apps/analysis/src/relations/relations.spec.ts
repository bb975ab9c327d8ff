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
function find(marked: string): string[] {
  const entities: Entity[] = [];
  let text = '';
  for (const [, plain, name, type] of marked.matchAll(/([^[]*)(?:\[([^|\]]+)\|(\w+)\])?/g)) {
    text += plain ?? '';
    if (!name) continue;
    const start = text.length;
    text += name;
    entities.push({ type: type as Entity['type'], text: name, start, end: text.length, confidence: 1 });
  }
  const finder = new RelationFinder(parseRelations(RULES));
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
