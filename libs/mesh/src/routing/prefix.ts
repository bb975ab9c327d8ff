import { createHash } from 'node:crypto';

/** One part of what a model reads: a turn, a document, a question. */
export interface PrefixPart {
  /** The same for the same beginning up to and including this part, of the same tenant. */
  readonly key: string;
  readonly kilochars: number;
}

/** What a model reads for a task, in parts, in order. */
export type Prefix = readonly PrefixPart[];

const KEY_CHARACTERS = 12;
/** The rest of a longer input is one part. */
const MAX_PARTS = 64;

/**
 * The parts of an input: each element of a list is one, any other value too. Keys are chained, so that a common key means
 * a common beginning. They reveal no text.
 *
 * @param reads the fields, in the order in which the model reads them. Absent ones have no part.
 */
export function prefixOf(tenant: string, reads: readonly string[], input: unknown): Prefix {
  const fields = (input ?? {}) as Readonly<Record<string, unknown>>;
  const texts = reads.flatMap((field) => partsOf(fields[field])).map(textOf);
  if (texts.length > MAX_PARTS) texts.splice(MAX_PARTS - 1, Infinity, texts.slice(MAX_PARTS - 1).join('\n'));
  let key = createHash('sha256').update(tenant).digest('base64url');
  return texts.map((text) => {
    key = createHash('sha256').update(key).update(text).digest('base64url');
    return { key: key.slice(0, KEY_CHARACTERS), kilochars: text.length / 1_000 };
  });
}

/** How much of the beginning is held, in thousand characters. */
export function sharedKilochars(prefix: Prefix, held: { has(key: string): boolean }): number {
  let shared = 0;
  for (const { key, kilochars } of prefix) {
    if (!held.has(key)) break;
    shared += kilochars;
  }
  return shared;
}

export function kilocharsOf(prefix: Prefix): number {
  return prefix.reduce((sum, { kilochars }) => sum + kilochars, 0);
}

function partsOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The order of the fields of an object says nothing. */
function textOf(part: unknown): string {
  if (typeof part === 'string') return part;
  if (typeof part !== 'object' || part === null) return JSON.stringify(part);
  return JSON.stringify(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
}
