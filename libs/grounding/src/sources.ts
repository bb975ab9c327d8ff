import type { Passage, PassageUnit } from '@llmos/contracts/capabilities/retrieval';
import { beforeFirst, inContext, isQuestion, leadOf, type SentenceInContext } from './context.js';
import { plainText, splitPlainSentences, splitSentences } from './sentences.js';
import { wordsOf, type Word } from './words.js';

/** What an answer may quote at once: a sentence with its context, steps, a list, or a row of a table. */
export interface Source extends SentenceInContext {
  /** The quote: `before` and `sentence`. */
  readonly text: string;
  /** The words of the sentence. Generated sentences are checked against it. */
  readonly words: readonly Word[];
  readonly passage: Passage;
  readonly kind: PassageUnit['kind'];
  readonly headings: string[];
  /** 0 for the first sentence of its passage. */
  readonly position: number;
  /** 0 for the first paragraph of its section. */
  readonly paragraph: number;
  /** Cosine of its sentence with the question; undefined if only passages were compared. */
  readonly similarity: number | undefined;
}

/** Instructions to the model inside a passage: from there on, nothing is quoted or put into the prompt. */
const INSTRUCTION =
  /\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:above|previous|prior|earlier|preceding|instructions?|prompts?|rules|everything|before)\b|\b(?:system prompt|you are now|from now on,? you|respond only|reply only|answer only with|as an ai|<\|)/iu;

const PARAGRAPHS = '\n\n';

export function looksLikeInstruction(text: string): boolean {
  return INSTRUCTION.test(text);
}

/** The quotable parts of passages, in order: no lone headings, no questions, no instructions to the model. */
export function sourcesOf(passages: readonly Passage[]): Source[] {
  return passages.flatMap((passage) => {
    const sources = sectionsOf(passage).flatMap((section) => sourcesOfSection(passage, section));
    const instruction = sources.findIndex(({ text }) => looksLikeInstruction(text));
    return (instruction < 0 ? sources : sources.slice(0, instruction))
      .map((source, position) => ({ ...source, position }))
      .filter(({ sentence, text, kind }) => kind !== 'part' && !isQuestion(sentence) && wordsOf(text).length >= 3);
  });
}

/** Whether only the whole is true: a step or a cell alone is not. */
export function isWhole({ kind }: Pick<Source, 'kind'>): boolean {
  return kind !== 'text';
}

/** The units of a passage; paragraphs under one heading are one section. A passage without units is prose. */
function sectionsOf({ text, units }: Passage): PassageUnit[] {
  if (!units) return [{ kind: 'text', text, headings: [] }];
  const screened = units
    .filter((unit) => text.includes(unit.text))
    .map((unit) => ({ ...unit, headings: unit.headings.filter((heading) => text.includes(heading)) }));
  const sections: PassageUnit[] = [];
  for (const unit of screened) {
    const last = sections.at(-1);
    if (last?.kind === 'text' && unit.kind === 'text' && isSame(last.headings, unit.headings))
      sections[sections.length - 1] = {
        ...last,
        text: `${last.text}${PARAGRAPHS}${unit.text}`,
        sentences: [...(last.sentences ?? []), ...(unit.sentences ?? [])],
      };
    else sections.push(unit);
  }
  return sections;
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((heading, n) => heading === others[n]);
}

function sourcesOfSection(passage: Passage, unit: PassageUnit): Omit<Source, 'position'>[] {
  const { kind, headings } = unit;
  const lead = plainText(leadOf(passage, unit));
  const whole = plainText(unit.text);
  const parts =
    kind === 'text'
      ? inContext(passage.units ? splitPlainSentences(unit.text) : splitSentences(unit.text), lead)
      : [{ sentence: whole, before: kind === 'row' || whole.startsWith(lead) ? [] : beforeFirst(whole, lead) }];
  const paragraphs = unit.text.split(PARAGRAPHS).map(lettersOf);
  const compared = (unit.sentences ?? []).map(({ text, similarity }) => ({ text: lettersOf(text), similarity }));
  return parts.map(({ sentence, before }) => {
    const text = [...before, sentence].join(' ');
    const letters = lettersOf(sentence);
    const similarity = similarityOf(letters, compared);
    const paragraph = paragraphs.findIndex((each) => each.includes(letters));
    return { sentence, before, text, words: wordsOf(sentence), passage, kind, headings, paragraph, similarity };
  });
}

/** The nearest of those that a sentence holds, or that hold it: sentences may be cut in another way where they are compared. */
function similarityOf(sentence: string, compared: NonNullable<PassageUnit['sentences']>): number | undefined {
  const same = compared.filter(({ text }) => text !== '' && (sentence.includes(text) || text.includes(sentence)));
  return same.length === 0 ? undefined : Math.max(...same.map(({ similarity }) => similarity));
}

/** A text without its marks and spaces, which may be written in another way. */
function lettersOf(text: string): string {
  return plainText(text).replace(/[^\p{L}\p{N}]+/gu, '');
}
