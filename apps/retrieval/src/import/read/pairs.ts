import { parse } from 'csv-parse/sync';
import { readConventions } from '../../structure/conventions.js';
import { readHtml } from '../../structure/html-blocks.js';
import { squeeze } from '../../structure/inline-text.js';
import { plain, rowsOf, TEXTS, TITLES, valueOf, type Row } from './json-rows.js';
import { writeMarkdown } from './markdown-writer.js';
import { FileFault, titleOf, type Found, type FoundDocument } from './source-file.js';

const MAX_ROWS = 20_000;
const MAX_COLUMNS = 256;
const MAX_TITLE_CHARS = 300;
const IDS = ['id', 'key', 'slug'];
const INTENTS = ['intents', 'intent', 'category', 'label', 'tag', 'tags'];
/**
 * The documents of a CSV: one for each question and answer (or title and text). Any other table becomes one document,
 * of which a row can be quoted.
 *
 * @throws FileFault if it cannot be read as a table
 */
export function* csvDocuments(text: string, name: string): Generator<Found> {
  const [header = [], ...rows] = tableOf(text, name);
  if (header.length > MAX_COLUMNS) throw new FileFault(`has ${header.length} columns; the limit is ${MAX_COLUMNS}`);
  const hasPairs = hasAny(header, TITLES) && hasAny(header, TEXTS);
  const isPairs =
    header.length === 2 && header.every(Boolean) && [header, ...rows].every(([asked = '']) => asked.endsWith('?'));
  if (isPairs)
    yield* rowDocuments(
      [header, ...rows].map(([question, answer]) => ({ question, answer })),
      name,
      1,
    );
  else if (hasPairs)
    yield* rowDocuments(
      rows.map((row) => objectOf(header, row)),
      name,
      2,
    );
  else if (rows.length === 0) throw new FileFault('has no row below its header');
  else
    yield { source: name, document: { title: titleOf(name), text: writeMarkdown([{ kind: 'table', header, rows }]) } };
}

/**
 * The documents of JSON or JSON Lines: questions and answers (or titles and texts) wherever they are in it.
 *
 * @throws FileFault if it is none of them
 */
export function* jsonDocuments(text: string, name: string): Generator<Found> {
  const { value, faults } = parseJson(text, name);
  const rows = rowsOf(value);
  if (!rows || rows.length === 0)
    throw new FileFault('has no list of objects with question and answer, or title and text');
  yield* faults;
  yield* rowDocuments(rows, name, 1);
}

function tableOf(text: string, name: string): string[][] {
  const line = text.slice(0, text.indexOf('\n') + 1 || text.length);
  const count = (mark: string): number => line.split(mark).length;
  const delimiter = /\.tsv$/iu.test(name) ? '\t' : [',', ';', '\t'].reduce((a, b) => (count(b) > count(a) ? b : a));
  try {
    return parse(text, {
      delimiter,
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
      to: MAX_ROWS + 1,
      max_record_size: 300_000,
    });
  } catch (error) {
    throw new FileFault(`cannot be read as a table: ${error instanceof Error ? error.message : 'it is damaged'}`);
  }
}

interface Parsed {
  readonly value: unknown;
  /** The lines that are no JSON. */
  readonly faults: readonly Extract<Found, { reason: string }>[];
}

function parseJson(text: string, name: string): Parsed {
  if (/\.(?:jsonl|ndjson)$/iu.test(name)) return parseLines(text, name);
  try {
    return { value: JSON.parse(text), faults: [] };
  } catch (error) {
    if (/^\s*\{.*\}\s*\n\s*\{/u.test(text)) return parseLines(text, name);
    throw notJson(error);
  }
}

/** @throws FileFault if no line is JSON */
function parseLines(text: string, name: string): Parsed {
  const faults: Extract<Found, { reason: string }>[] = [];
  const value = text.split('\n').flatMap((line, n): unknown[] => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line)];
    } catch (error) {
      faults.push({ source: `${name}, line ${n + 1}`, reason: notJson(error).message });
      return [];
    }
  });
  if (value.length === 0 && faults[0]) throw new FileFault(faults[0].reason);
  return { value, faults };
}

function notJson(error: unknown): FileFault {
  return new FileFault(`is not JSON (${error instanceof Error ? error.message : 'it is damaged'})`);
}

function* rowDocuments(rows: readonly Row[], name: string, firstLine: number): Generator<Found> {
  if (rows.length > MAX_ROWS) throw new FileFault(`has more than ${MAX_ROWS} rows: split it`);
  for (const [n, row] of rows.entries()) {
    const source = rows.length === 1 ? name : `${name}#${n + firstLine}`;
    const document = documentOf(row);
    yield typeof document === 'string' ? { source, reason: document } : { source, document };
  }
}

function documentOf(row: Row): FoundDocument | string {
  const title = valueOf(row, TITLES);
  const text = valueOf(row, TEXTS);
  if (!title || !text) return `has no ${title ? 'answer or text' : 'question or title'}`;
  const intents = valueOf(row, INTENTS)
    ?.split(/[;,|\n]/u)
    .map((intent) => intent.trim())
    .filter((intent) => intent !== '');
  const shown = squeeze(title).slice(0, MAX_TITLE_CHARS);
  return { id: valueOf(row, IDS), key: shown, title: shown, text: markdownOf(text), intents };
}

/** Answers are text or Markdown, and in exports often HTML. */
function markdownOf(text: string): string {
  return /<(?:p|br|ul|ol|li|div|table|strong|a)\b[^>]*>/iu.test(text)
    ? writeMarkdown(readConventions(readHtml(text)))
    : text;
}

function objectOf(header: readonly string[], row: readonly string[]): Row {
  return Object.fromEntries(header.map((name, n) => [name, row[n] ?? '']));
}

function hasAny(header: readonly string[], names: readonly string[]): boolean {
  return header.some((column) => names.includes(plain(column)));
}
