import { readFile } from 'node:fs/promises';
import { LlmosError } from '@llmos/contracts';
import type { Word } from '../../text/words.js';
import { beginTag, insideTag, type NamedType } from '../tags.js';

/** A sentence and the names in it; `type` is undefined for a kind that the head does not learn. */
export interface AnnotatedSentence {
  readonly text: string;
  readonly entities: readonly { readonly type: NamedType | undefined; readonly start: number; readonly end: number }[];
}

const TYPES: Readonly<Record<string, NamedType>> = {
  PER: 'person',
  PERSON: 'person',
  ORG: 'organisation',
  ORGANISATION: 'organisation',
  CORPORATION: 'organisation',
  GROUP: 'organisation',
  LOC: 'place',
  LOCATION: 'place',
  GPE: 'place',
  PLACE: 'place',
};

/**
 * Reads a file of one word and its BIO tag a line, an empty line between sentences (CoNLL). Words are joined by spaces;
 * the head splits them again in its own way. `en:` before a word, as in WikiANN, is left out.
 *
 * @throws LlmosError NOT_FOUND when the file is not there, INVALID_ARGUMENT naming the line that is not a word and a tag.
 */
export async function readConll(path: string, limit = Infinity): Promise<AnnotatedSentence[]> {
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new LlmosError('NOT_FOUND', `The data file ${path} cannot be read.`, { cause });
  });
  const sentences: AnnotatedSentence[] = [];
  let rows: [string, string][] = [];
  const close = (): void => {
    if (rows.length > 0) sentences.push(sentenceOf(rows));
    rows = [];
  };
  for (const [at, line] of content.split('\n').entries()) {
    if (sentences.length >= limit) return sentences;
    if (line.trim() === '') close();
    else rows.push(rowOf(line, `${path}:${at + 1}`));
  }
  close();
  return sentences;
}

function rowOf(line: string, where: string): [string, string] {
  const cells = line.trim().split(/\s+/);
  const tag = cells.at(-1) ?? '';
  if (cells.length < 2 || !/^(O|[BI]-\S+)$/.test(tag))
    throw new LlmosError('INVALID_ARGUMENT', `${where} is not a word and a BIO tag.`);
  return [cells[0]!.replace(/^en:(?=.)/, ''), tag];
}

function sentenceOf(rows: readonly (readonly [string, string])[]): AnnotatedSentence {
  let text = '';
  const entities: { type: NamedType | undefined; label: string; start: number; end: number }[] = [];
  let open = '';
  for (const [word, tag] of rows) {
    if (text) text += ' ';
    const start = text.length;
    text += word;
    const label = tag.slice(2);
    const last = entities.at(-1);
    if (tag.startsWith('I') && label === open && last) last.end = text.length;
    else if (tag !== 'O') entities.push({ type: TYPES[label.toUpperCase()], label, start, end: text.length });
    open = label;
  }
  return { text, entities };
}

/** The tag of each word: the first that touches a name begins it. */
export function tagsOf(words: readonly Word[], { entities }: AnnotatedSentence): Uint8Array {
  const tags = new Uint8Array(words.length);
  for (const { type, start, end } of entities) {
    if (!type) continue;
    const inside = words.flatMap((word, at) => (word.start < end && word.end > start ? [at] : []));
    inside.forEach((at, order) => (tags[at] = order === 0 ? beginTag(type) : insideTag(type)));
  }
  return tags;
}
