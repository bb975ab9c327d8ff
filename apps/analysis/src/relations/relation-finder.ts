import type { Span } from '@llmos/contracts';
import type { Entity, TextAnalysis } from '@llmos/contracts/capabilities/analysis';
import { wordsOf } from '../text/words.js';
import { markOf, OBJECT_MARK, SUBJECT_MARK } from './relation-pattern.js';
import type { RelationRule, RelationRules } from './relations-file.js';

export type Relation = NonNullable<TextAnalysis['relations']>[number];

/** Only entities at most this many entities apart are compared. */
const MAX_APART = 8;
const MAX_RELATIONS = 1_000;
/** Words of context before the first and after the second entity. */
const CONTEXT_WORDS = 12;
const MAX_WORDS_BETWEEN = 40;

/** `Has IBM bought Red Hat?`: the match begins a question. */
const ASKED = /^ \? (?:has|have|had|did|does|do|is|are|was|were|will|would|can|could|should) (?:the )?/;

/** One word of a sentence; an entity counts as one word. */
interface Slot {
  readonly entity?: Entity;
  readonly text: string;
}

/** Finds relations between the entities of a sentence by the patterns of the relations file. */
export class RelationFinder {
  constructor(private readonly rules: RelationRules) {}

  find(text: string, sentences: readonly Span[], entities: readonly Entity[]): Relation[] {
    const relations: Relation[] = [];
    let next = 0;
    for (const sentence of sentences) {
      while (next < entities.length && entities[next]!.start < sentence.start) next++;
      const from = next;
      while (next < entities.length && entities[next]!.end <= sentence.end) next++;
      if (next - from >= 2) relations.push(...this.ofSentence(text, sentence, entities.slice(from, next)));
      if (relations.length >= MAX_RELATIONS) break;
    }
    return relations.slice(0, MAX_RELATIONS);
  }

  private ofSentence(text: string, sentence: Span, entities: readonly Entity[]): Relation[] {
    const slots = slotsOf(text, sentence, entities);
    const places = new Map(slots.flatMap(({ entity }, at) => (entity ? [[entity, at] as const] : [])));
    const relations: Relation[] = [];
    for (const [at, subject] of entities.entries()) {
      const near = entities.slice(Math.max(0, at - MAX_APART), at + MAX_APART + 1);
      for (const object of near) {
        const found = subject === object ? undefined : this.between(subject, object, slots, places);
        if (found) relations.push(found);
      }
    }
    return relations;
  }

  private between(
    subject: Entity,
    object: Entity,
    slots: readonly Slot[],
    places: ReadonlyMap<Entity, number>,
  ): Relation | undefined {
    const rules = this.rules.relations.filter((rule) => rule.subject.has(subject.type) && rule.object.has(object.type));
    if (rules.length === 0) return undefined;
    const context = contextOf(subject, object, slots, places);
    if (context === undefined) return undefined;
    for (const rule of rules) {
      const match = firstMatch(rule, context);
      if (match === undefined || this.isNegated(match) || ASKED.test(match)) continue;
      const evidence = { start: Math.min(subject.start, object.start), end: Math.max(subject.end, object.end) };
      const confidence = rule.confidence * Math.min(subject.confidence, object.confidence);
      return { type: rule.type, subject, object, evidence, confidence };
    }
    return undefined;
  }

  private isNegated(match: string): boolean {
    return this.rules.unless.some((phrase) => match.includes(phrase));
  }
}

/**
 * The words around two entities, which are replaced by their marks; `?` comes before those of a question. Undefined when
 * they are too far apart.
 */
function contextOf(
  subject: Entity,
  object: Entity,
  slots: readonly Slot[],
  places: ReadonlyMap<Entity, number>,
): string | undefined {
  const [one, other] = [places.get(subject), places.get(object)];
  const [first, last] = [Math.min(one!, other!), Math.max(one!, other!)];
  if (last - first > MAX_WORDS_BETWEEN) return undefined;
  const near = slots.slice(Math.max(0, first - CONTEXT_WORDS), last + CONTEXT_WORDS);
  const isQuestion = first - CONTEXT_WORDS <= 0 && slots.at(-1)?.text === '?';
  return ` ${isQuestion ? '? ' : ''}${near.map((slot) => wordOf(slot, subject, object)).join(' ')}`;
}

/** The matched words and the three words before them, which may contain a negation. */
function firstMatch(rule: RelationRule, context: string): string | undefined {
  for (const { matcher } of rule.patterns) {
    const match = matcher.exec(context);
    if (!match) continue;
    const before = context.slice(0, match.index).trim().split(' ').slice(-3).join(' ');
    return ` ${before} ${match[0]} `;
  }
  return undefined;
}

function wordOf({ entity, text }: Slot, subject: Entity, object: Entity): string {
  if (!entity) return text;
  if (entity === subject) return SUBJECT_MARK;
  return entity === object ? OBJECT_MARK : markOf(entity.type);
}

function slotsOf(text: string, sentence: Span, entities: readonly Entity[]): Slot[] {
  const slots: Slot[] = [];
  let at = sentence.start;
  const plain = (end: number): void => {
    // The text must not contain the characters of the marks.
    for (const word of wordsOf(text.slice(at, end)))
      slots.push({ text: word.text.toLowerCase().replace(/[‹›]/g, '"').replace('’', "'") });
  };
  for (const entity of entities) {
    plain(entity.start);
    slots.push({ entity, text: '' });
    at = entity.end;
  }
  plain(sentence.end);
  return slots;
}
