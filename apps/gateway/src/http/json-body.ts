import { LlmosError } from '@llmos/contracts';

const MAX_DEPTH = 64;
/** At worst this many take a second to parse, and a gateway that parses answers no other request. */
const MAX_ELEMENTS = 1_000_000;
const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;

/**
 * Parses JSON that may be hostile: depth and elements are counted before it is parsed.
 *
 * @throws LlmosError MALFORMED_JSON
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0)
    throw new LlmosError('MALFORMED_JSON', 'The body is empty; send a JSON object.', { field: 'body' });
  const excess = excessOf(body);
  if (excess !== undefined) throw new LlmosError('MALFORMED_JSON', excess, { field: 'body' });
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw new LlmosError('MALFORMED_JSON', 'The body is not JSON in UTF-8.', { field: 'body', cause: error });
  }
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
