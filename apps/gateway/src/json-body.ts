import { LlmosError } from '@llmos/contracts';

const MAX_DEPTH = 64;
const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Parses JSON that may be hostile: the nesting is counted before the parser sees it.
 *
 * @throws LlmosError MALFORMED_JSON
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0)
    throw new LlmosError('MALFORMED_JSON', 'The body is empty; send a JSON object.', { field: 'body' });
  if (depthExceeds(body, MAX_DEPTH)) {
    throw new LlmosError('MALFORMED_JSON', `The JSON is nested more than ${MAX_DEPTH} levels deep.`, { field: 'body' });
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw new LlmosError('MALFORMED_JSON', 'The body is not JSON in UTF-8.', { field: 'body', cause: error });
  }
}

function depthExceeds(body: Buffer, limit: number): boolean {
  let depth = 0;
  for (let i = 0; i < body.length; i++) {
    const code = body[i];
    if (code === QUOTE) {
      // Long texts (base64) are skipped at native speed: only an odd run of backslashes escapes the closing quote.
      do i = body.indexOf(QUOTE, i + 1);
      while (i !== -1 && isEscaped(body, i));
      if (i === -1) return false;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > limit) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

function isEscaped(body: Buffer, quote: number): boolean {
  let backslashes = 0;
  while (body[quote - 1 - backslashes] === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}
