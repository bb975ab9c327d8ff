import { LlmosError } from '@llmos/contracts';
import { MIMEType, TextDecoder } from 'node:util';

/** A media type, such as that of `Content-Type`. */
export interface MediaType {
  /** Lower case, without parameters: `application/json`. */
  readonly name: string;
  /** As it is declared; undefined if it is not. */
  readonly charset: string | undefined;
}

/** Some clients write the charset in single quotation marks. */
const QUOTES = /^'|'$/g;

/** @returns undefined if the text is no media type. */
export function parseMediaType(text: string): MediaType | undefined {
  try {
    const { essence: name, params } = new MIMEType(text);
    return { name, charset: params.get('charset')?.replace(QUOTES, '') || undefined };
  } catch {
    return undefined;
  }
}

/** Whether the content is JSON: the subtype is `json` or ends in `+json` (RFC 6839). */
export function isJsonType({ name }: MediaType): boolean {
  return /[/+]json$/.test(name);
}

/**
 * Decodes text in a charset of the WHATWG Encoding Standard. A byte order mark is dropped; that of UTF-16
 * tells the order.
 *
 * @param field names the faulty charset in the error.
 * @returns undefined if the bytes are not text in this charset.
 * @throws LlmosError UNSUPPORTED_MEDIA for an unknown charset.
 */
export function decodeText(bytes: Uint8Array, charset: string, field: string): string | undefined {
  const isBigEndian = /^utf-?16$/i.test(charset) && bytes[0] === 0xfe && bytes[1] === 0xff;
  const decoder = decoderOf(isBigEndian ? 'utf-16be' : charset, field);
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function decoderOf(charset: string, field: string): TextDecoder {
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch (cause) {
    throw new LlmosError('UNSUPPORTED_MEDIA', `The charset '${charset.slice(0, 40)}' is not known. Send UTF-8.`, {
      field,
      cause,
    });
  }
}
