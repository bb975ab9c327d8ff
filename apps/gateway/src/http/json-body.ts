import { LlmosError } from '@llmos/contracts';
import { jsonFault } from './json-fault.js';
import { decodeText } from './media-type.js';
import { placeOf, utf8Fault } from './text-place.js';

const MAX_DEPTH = 64;
/** At worst this many take a second to parse, and a gateway that parses answers no other request. */
const MAX_ELEMENTS = 1_000_000;
const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;

/** What the bytes are, for the errors. */
export interface JsonSource {
  /** What is at fault: `body`, or a part of it. */
  readonly field?: string;
  /** That of the media type; UTF-8 if it declares none. */
  readonly charset?: string | undefined;
  /** Names the charset in errors. */
  readonly charsetField?: string;
}

/**
 * Parses JSON that may be hostile: depth and elements are counted before it is parsed. A byte order mark is dropped.
 *
 * @throws LlmosError MALFORMED_JSON with line and column; UNSUPPORTED_MEDIA for an unknown charset.
 */
export function parseJson(body: Buffer, source: JsonSource = {}): unknown {
  const { field = 'body' } = source;
  if (body.length === 0) throw malformed(field, `${named(field)} is empty; send a JSON object.`);
  const utf8 = toUtf8(body, source);
  const excess = excessOf(utf8);
  if (excess !== undefined) throw malformed(field, excess);
  const text = decodeText(utf8, 'utf-8', field);
  if (text === undefined) throw notUtf8(body, field);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const fault = jsonFault(text) ?? 0;
    const told = fault === text.length ? 'it ends too early, at' : 'it cannot be read from here on:';
    throw malformed(field, `${named(field)} is not JSON: ${told} ${placeOf(text, fault)}.`, cause);
  }
}

/** The same text in UTF-8, in which structure characters can be counted. */
function toUtf8(
  body: Buffer,
  { field = 'body', charset = 'utf-8', charsetField = 'content-type' }: JsonSource,
): Buffer {
  if (/^utf-?8$/i.test(charset)) return body;
  const text = decodeText(body, charset, charsetField);
  if (text === undefined) throw malformed(field, `${named(field)} is not text in ${charset.slice(0, 40)}.`);
  return Buffer.from(text);
}

/** A part of the message in words, an input by its name. */
function named(field: string): string {
  return field === 'body' || field === 'data' ? `The ${field}` : `'${field}'`;
}

function notUtf8(body: Buffer, field: string): LlmosError {
  const text = body.toString();
  return malformed(field, `${named(field)} is not UTF-8 from here on: ${placeOf(text, utf8Fault(body, text))}.`);
}

function malformed(field: string, message: string, cause?: unknown): LlmosError {
  return new LlmosError('MALFORMED_JSON', message, { field, cause });
}

/** The limit that the JSON exceeds; undefined if it may be parsed. */
function excessOf(body: Buffer): string | undefined {
  let depth = 0;
  let elements = 0;
  for (let i = 0; i < body.length; i++) {
    const code = body[i];
    if (code === QUOTE) {
      // Long texts (base64) are skipped at native speed. Only an odd number of backslashes escapes the closing quote.
      do i = body.indexOf(QUOTE, i + 1);
      while (i !== -1 && isEscaped(body, i));
      if (i === -1) return undefined;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_DEPTH) return `The JSON is nested more than ${MAX_DEPTH} levels deep.`;
      elements++;
    } else if (code === 0x7d || code === 0x5d) depth--;
    else if (code === COMMA) elements++;
    if (elements > MAX_ELEMENTS)
      return `The JSON has more than ${MAX_ELEMENTS} elements. Send less at once, or large data as a file.`;
  }
  return undefined;
}

function isEscaped(body: Buffer, quote: number): boolean {
  let backslashes = 0;
  while (body[quote - 1 - backslashes] === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}
