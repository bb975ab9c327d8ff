import { readFile } from 'node:fs/promises';
import { LlmosError } from '@llmos/contracts';
import type { Word } from '#src/text/words.js';
import { beginTag, insideTag, type NamedType } from '#src/entities/tags.js';

/** A sentence and its entities; `type` is undefined for a type that the head does not learn. */
export interface AnnotatedSentence {
  readonly text: string;
  readonly entities: readonly { readonly type: NamedType | undefined; readonly start: number; readonly end: number }[];
}

const TYPES: Readonly<Record<string, NamedType>> = {
  PER: 'person',
  PERSON: 'person',
  POLITICIAN: 'person',
  MUSICALARTIST: 'person',
  RESEARCHER: 'person',
  SCIENTIST: 'person',
  WRITER: 'person',
  ORG: 'organisation',
  ORGANISATION: 'organisation',
  CORPORATION: 'organisation',
  GROUP: 'organisation',
  POLITICALPARTY: 'organisation',
  BAND: 'organisation',
  UNIVERSITY: 'organisation',
  LOC: 'place',
  COUNTRY: 'place',
  LOCATION: 'place',
  GPE: 'place',
  PLACE: 'place',
};

/** Where a line has its word and its tag; negative columns count from the end. */
export interface ConllColumns {
  readonly word: number;
  readonly tag: number;
}

/**
 * Reads a CoNLL file: one word and its BIO tag per line, an empty line between sentences. Words are joined by spaces;
 * the service's word splitter splits them again. Lines of comments (`# …` before numbered words) and of document
 * starts are skipped.
 *
 * @throws LlmosError NOT_FOUND when the file cannot be read, INVALID_ARGUMENT naming a malformed line.
 */
export async function readConll(
  path: string,
  columns: ConllColumns = { word: 0, tag: -1 },
): Promise<AnnotatedSentence[]> {
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
    if (line.trim() === '' || line.startsWith('-DOCSTART-')) close();
    else if (columns.word === 0 || !line.startsWith('# ')) rows.push(rowOf(line, columns, `${path}:${at + 1}`));
  }
  close();
  return sentences;
}

function rowOf(line: string, columns: ConllColumns, where: string): [string, string] {
  const cells = line.replace(/\r$/, '').split(/\s+/);
  const [word, tag = ''] = [cells.at(columns.word), cells.at(columns.tag)];
  if (cells.length < 2 || word === undefined || !/^(O|[BI]-\S+)$/.test(tag))
    throw new LlmosError('INVALID_ARGUMENT', `${where} is not a word and a BIO tag.`);
  // "@" before the name of an account is not part of the name.
  return [word, word === '@' ? 'O' : tag];
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

/** The tag of each word; the first word that overlaps an entity begins it. */
export function tagsOf(words: readonly Word[], { entities }: AnnotatedSentence): Uint8Array {
  const tags = new Uint8Array(words.length);
  for (const { type, start, end } of entities) {
    if (!type) continue;
    const inside = words.flatMap((word, at) => (word.start < end && word.end > start ? [at] : []));
    inside.forEach((at, order) => (tags[at] = order === 0 ? beginTag(type) : insideTag(type)));
  }
  return tags;
}
