import { decodeBody, FRAME_TYPE } from '@llmos/bus';
import { describeIssue, LlmosError } from '@llmos/contracts';
import { z } from 'zod';
import { parseJson } from '../http/json-body.js';
import { decodeText, isJsonType, parseMediaType } from '../http/media-type.js';

/** The data of an event: a JSON value, text, or bytes. Text and bytes have the content type that the event declares. */
export type EventData =
  | { readonly json: unknown }
  | { readonly text: string; readonly contentType: string }
  | { readonly bytes: Buffer; readonly contentType: string };

/** An event of CloudEvents 1.0, as far as it is used. */
export interface CloudEvent {
  readonly id: string;
  readonly source: string;
  /** Undefined for an event without data. */
  readonly data: EventData | undefined;
  /** Of the extension for distributed tracing. */
  readonly traceparent: string | undefined;
  /** Of the extension `expirytime`, in Unix milliseconds: the result is of no use after it. */
  readonly expiresAtMs: number | undefined;
  /** Of the extension `maxtotaltokens`: tokens read and written by language models, in all steps together. */
  readonly maxTotalTokens: number | undefined;
}

/** How an event was sent: its attributes as headers and its data as the body, or all as JSON. */
export type EventMode = 'binary' | 'structured';

const MAX_ID_BYTES = 1_024;
const MAX_SOURCE_BYTES = 4_096;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

const attribute = (maxBytes: number) =>
  z
    .string()
    .min(1)
    .refine((text) => !CONTROL.test(text), 'must not have control characters')
    .refine((text) => text.isWellFormed(), 'must not have lone surrogates')
    .refine((text) => Buffer.byteLength(text) <= maxBytes, `must have at most ${maxBytes} bytes`);

const TOKENS = 'must be a whole number of tokens, at least 1';

const attributesSchema = z.object({
  specversion: z.literal('1.0'),
  id: attribute(MAX_ID_BYTES),
  source: attribute(MAX_SOURCE_BYTES),
  datacontenttype: z.string().optional(),
  traceparent: z.string().optional(),
  expirytime: z
    .string()
    // RFC 3339 allows lower case, and leap seconds, which no clock here counts.
    .transform((text) => text.toUpperCase().replace(/(?<=:\d\d:)60/, '59'))
    .pipe(z.iso.datetime({ offset: true, error: 'must be a time as in RFC 3339, such as 2026-01-31T12:00:00Z' }))
    .transform((text) => Date.parse(text))
    .optional(),
  maxtotaltokens: z
    .union(
      [
        z
          .string()
          .regex(/^\d{1,9}$/)
          .transform(Number),
        z.number().int(),
      ],
      TOKENS,
    )
    .pipe(z.number().min(1, TOKENS))
    .optional(),
});

/** @throws LlmosError naming the attribute at fault, as its sender wrote it. */
export function eventInHeaders(attributes: Readonly<Record<string, string>>, body: Buffer): CloudEvent {
  const { datacontenttype, ...event } = checkAttributes(attributes, 'binary');
  return { ...event, data: body.length === 0 ? undefined : decodeData(body, datacontenttype, 'data') };
}

/** @throws LlmosError naming the member at fault. */
export function eventInJson(value: unknown): CloudEvent {
  if (!isObject(value)) throw malformed('body', 'An event is a JSON object.');
  // In JSON, null is an attribute that is not set.
  const members = Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
  const { datacontenttype, ...event } = checkAttributes(members, 'structured');
  return { ...event, data: dataOf(members, datacontenttype) };
}

/** The id of an event that cannot be used, if it can be read: its sender knows the event by it. */
export function idOf(attributes: unknown): string | undefined {
  const id: unknown = isObject(attributes) ? attributes['id'] : undefined;
  const known = typeof id === 'number' ? String(id) : id;
  return typeof known === 'string' && attribute(MAX_ID_BYTES).safeParse(known).success ? known : undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns an error of an event whose form is wrong. */
export function malformed(field: string, message: string): LlmosError {
  return new LlmosError('MALFORMED_EVENT', message, { field });
}

function checkAttributes(attributes: Readonly<Record<string, unknown>>, mode: EventMode) {
  const parsed = attributesSchema.safeParse(attributes);
  if (parsed.success) {
    const { expirytime, maxtotaltokens, ...event } = parsed.data;
    return { traceparent: undefined, ...event, expiresAtMs: expirytime, maxTotalTokens: maxtotaltokens };
  }
  const issue = parsed.error.issues[0]!;
  const field = `${mode === 'binary' ? 'ce-' : ''}${issue.path.map(String).join('.')}`;
  throw malformed(field, `Not a CloudEvent. ${describeIssue(issue, field)}`);
}

function dataOf(members: Readonly<Record<string, unknown>>, type: string | undefined): EventData | undefined {
  const { data, data_base64: base64 } = members;
  if (base64 !== undefined) {
    if (data !== undefined) throw malformed('data_base64', "An event has either 'data' or 'data_base64'.");
    // Many encoders break lines.
    const bytes = z.base64().safeParse(typeof base64 === 'string' ? base64.replace(/\s+/g, '') : base64);
    if (!bytes.success) throw malformed('data_base64', "'data_base64' must be base64.");
    return decodeData(Buffer.from(bytes.data, 'base64'), type, 'data_base64');
  }
  if (data === undefined) return undefined;
  if (type === undefined || isJsonType(mediaTypeOf(type))) return { json: data };
  if (typeof data !== 'string')
    throw malformed('data', `'data' must be a text, because 'datacontenttype' is not JSON. Leave it out for JSON.`);
  return { text: data, contentType: type };
}

/** Without a content type, data are JSON. */
function decodeData(bytes: Buffer, contentType = 'application/json', field: string): EventData {
  const type = mediaTypeOf(contentType);
  if (isJsonType(type)) return { json: parseJson(bytes, { field, charset: type.charset, charsetField: TYPE_FIELD }) };
  if (type.name === FRAME_TYPE) return { json: decodeBody(FRAME_TYPE, bytes) };
  if (!type.name.startsWith('text/')) return { bytes, contentType };
  const text = decodeText(bytes, type.charset ?? 'utf-8', TYPE_FIELD);
  if (text === undefined) throw malformed(field, `'${field}' is not text in ${type.charset ?? 'UTF-8'}.`);
  return { text, contentType };
}

const TYPE_FIELD = 'datacontenttype';

function mediaTypeOf(text: string) {
  const type = parseMediaType(text);
  if (type) return type;
  throw new LlmosError('UNSUPPORTED_MEDIA', `'${TYPE_FIELD}' must be a media type such as application/json.`, {
    field: TYPE_FIELD,
  });
}
