import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { normaliseQuestion } from '#src/head/question-text.js';

/** The questions the head is trained on. */
export const DATA_PATH = fileURLToPath(new URL('banking77-train.csv', import.meta.url));
/** Questions without an intent, never trained on. */
export const OUT_OF_SCOPE_PATH = fileURLToPath(new URL('out-of-scope.json', import.meta.url));

/** Labelled questions; `labels[row]` is an index into `names`. Texts are normalised. */
export interface Questions {
  readonly texts: readonly string[];
  readonly labels: Int32Array;
  /** Intents in alphabetical order. */
  readonly names: readonly string[];
}

/** Questions with one unit vector each. */
export interface TrainingSet extends Questions {
  readonly vectors: readonly Float32Array[];
}

/** Reads a `text,category` CSV (RFC 4180, with a header line) and the hash of its bytes. */
export async function readQuestions(path: string): Promise<Questions & { readonly sha256: string }> {
  const bytes = await readFile(path);
  const [header, ...records] = parseCsv(bytes.toString('utf8'));
  if (header?.join() !== 'text,category') throw new Error(`${path} does not start with the line "text,category".`);
  const names = [...new Set(records.map(([, category]) => category ?? ''))].sort();
  const indexes = new Map(names.map((name, index) => [name, index]));
  return {
    texts: records.map(([text]) => normaliseQuestion(text ?? '')),
    labels: Int32Array.from(records, ([, category]) => indexes.get(category ?? '') ?? 0),
    names,
    sha256: hash('sha256', bytes),
  };
}

export function parseCsv(source: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const [, quoted, plain = '', end] of source.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    if (end === '' && record.length === 0 && quoted === undefined && plain === '') continue;
    record.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}

/**
 * Divides the rows of each class into `parts` equal parts, in an order that depends on the seed alone.
 * Returns each row's part.
 */
export function stratifiedParts(labels: Int32Array, parts: number, seed: number): Int32Array {
  const random = mulberry32(seed);
  const order = Array.from(labels.keys());
  for (let at = order.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  order.sort((a, b) => labels[a]! - labels[b]!);
  const part = new Int32Array(labels.length);
  order.forEach((row, at) => (part[row] = at % parts));
  return part;
}

/** The rows that `keep` chooses, in order. */
export function selectRows(set: TrainingSet, keep: (row: number) => boolean): TrainingSet {
  const rows = Array.from(set.labels.keys()).filter(keep);
  return {
    names: set.names,
    texts: rows.map((row) => set.texts[row]!),
    vectors: rows.map((row) => set.vectors[row]!),
    labels: Int32Array.from(rows, (row) => set.labels[row]!),
  };
}

/** A small seeded generator of numbers in [0, 1) (Tommy Ettinger's mulberry32). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
