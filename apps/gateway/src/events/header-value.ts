const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** What follows a percent sign that is no escape stays as it is. */
const ESCAPES = /(?:%[0-9A-Fa-f]{2})+/g;

/**
 * Decodes the value of a header that is an attribute of an event: quotation marks first, then percent-escapes.
 *
 * @returns undefined if the escapes are not UTF-8.
 * @see CloudEvents, NATS protocol binding, section 3.1.3.2; HTTP protocol binding, section 3.1.3.2
 */
export function decodeHeaderValue(value: string): string | undefined {
  const text = unquoted(value.trim());
  try {
    return text.replace(ESCAPES, (escapes) => utf8.decode(Buffer.from(escapes.replaceAll('%', ''), 'hex')));
  } catch {
    return undefined;
  }
}

function unquoted(text: string): string {
  const isQuoted = text.length >= 2 && text.startsWith('"') && text.endsWith('"');
  return isQuoted ? text.slice(1, -1).replace(/\\(.)/gs, '$1') : text;
}
