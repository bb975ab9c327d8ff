import { LlmosError } from '@llmos/contracts';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { decodeBody, encodeBody, FRAME_TYPE } from './frame.js';

/** A message as it was published. */
export interface Original {
  readonly subject: string;
  readonly headers: MsgHdrs | undefined;
  readonly data: Uint8Array;
}

/** Encodes a whole message as bytes, to be sealed in a dead letter. */
export function packOriginal({ subject, headers: h, data }: Original): Uint8Array {
  const fields = (h?.keys() ?? [])
    .filter((key) => !key.startsWith('Nats-'))
    .map((key) => [key, h!.values(key)] as const);
  return encodeBody({ subject, fields, data }).body;
}

/** @throws LlmosError MALFORMED_EVENT if the bytes are not a packed message. */
export function unpackOriginal(bytes: Uint8Array): Original {
  const packed = decodeBody(FRAME_TYPE, bytes) as { subject: string; fields: [string, string[]][]; data: Uint8Array };
  if (typeof packed.subject !== 'string' || !Array.isArray(packed.fields) || !(packed.data instanceof Uint8Array))
    throw new LlmosError('MALFORMED_EVENT', 'The dead letter contains no message.');
  return { subject: packed.subject, headers: headersOf(packed.fields), data: packed.data };
}

/** Builds the headers of a message from names with their values. */
export function headersOf(fields: Iterable<readonly [string, readonly string[]]>): MsgHdrs {
  const h = headers();
  for (const [name, values] of fields) for (const value of values) h.append(name, value);
  return h;
}

/**
 * The body of a message as text that a person can change: JSON with line breaks, or any other text as it is.
 *
 * @throws LlmosError INVALID_ARGUMENT if it is no text or lies in the payload store: such a message can only be sent as it
 *   is.
 */
export function editableText({ headers: h, data }: Original): string {
  const refused = (why: string) =>
    new LlmosError('INVALID_ARGUMENT', `The body ${why}. Send it again as it is, or discard it.`);
  if (h?.get('ce-dataref')) throw refused('lies in the payload store');
  if (h?.get('content-type') === FRAME_TYPE) throw refused('has bytes beside its JSON');
  const text = textOf(data);
  if (text === undefined) throw refused('is no text');
  return isJson(text) ? JSON.stringify(JSON.parse(text), undefined, 2) : text;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Bytes as UTF-8, undefined if they are no text. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
