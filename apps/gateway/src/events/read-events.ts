import { LlmosError, toLlmosError } from '@llmos/contracts';
import { parseJson } from '../http/json-body.js';
import { parseMediaType } from '../http/media-type.js';
import { eventInHeaders, eventInJson, idOf, isObject, malformed, type CloudEvent } from './cloud-event.js';
import { decodeHeaderValue } from './header-value.js';
import { idInBrokenJson } from './id-in-broken-json.js';

/** A message with events, over NATS or HTTP. */
export interface EventMessage {
  readonly headers: Iterable<readonly [name: string, value: string]>;
  readonly body: Buffer;
}

/** One event of a message, or why it is none. */
export type Received = (
  | { readonly event: CloudEvent }
  | { readonly error: LlmosError; /** If it can be read. */ readonly id: string | undefined }
) & {
  /** An event of a batch as it was sent, to be kept without the others. */
  readonly member?: unknown;
};

/** The events of a message. A batch is several, and may be none. */
export interface ReceivedEvents {
  readonly isBatch: boolean;
  readonly events: readonly Received[];
}

const MAX_BATCH = 1_000;
/** A message with one of these is meant to be an event in binary mode. */
const BINARY = ['ce-specversion', 'ce-id', 'ce-source', 'ce-type'];
const FORMAT = /^application\/cloudevents(-batch)?(?:\+(.*))?$/;

/**
 * Reads the events of a message: in binary mode (attributes are headers), in structured mode (the event is JSON) or a
 * batch. A message without headers, or with none of an event, is structured if its JSON is an event. Names of headers
 * and media types are read in any case.
 *
 * @see https://github.com/cloudevents/spec: spec.md, bindings/nats-protocol-binding.md, formats/json-format.md
 */
export function readEvents({ headers, body }: EventMessage): ReceivedEvents {
  const lower = new Map<string, string>();
  for (const [name, value] of headers) if (!lower.has(name.toLowerCase())) lower.set(name.toLowerCase(), value);
  const contentType = lower.get('content-type') ?? '';
  const type = parseMediaType(contentType);
  const format = FORMAT.exec(type?.name ?? '');
  if (!format && BINARY.some((name) => lower.has(name))) return single(readBinary(lower, contentType, body));
  try {
    if (format && format[2] !== undefined && format[2] !== 'json') throw unknownFormat();
    const value = format ? parseJson(body, { charset: type?.charset }) : jsonOf(body);
    if (!format) return Array.isArray(value) ? readBatch(value) : single(readMember(value));
    return format[1] === undefined ? single(readMember(value)) : readBatch(value);
  } catch (error) {
    return single({ error: toLlmosError(error), id: idOf({ id: idInBrokenJson(body) }) });
  }
}

function single(received: Received): ReceivedEvents {
  return { isBatch: false, events: [received] };
}

function readBatch(value: unknown): ReceivedEvents {
  if (!Array.isArray(value))
    return single({ error: malformed('body', 'A batch is a JSON list of events.'), id: idOf(value) });
  if (value.length > MAX_BATCH)
    throw new LlmosError(
      'PAYLOAD_TOO_LARGE',
      `A batch has at most ${MAX_BATCH} events; this one has ${value.length}.`,
      {
        field: 'body',
      },
    );
  return { isBatch: true, events: value.map((member: unknown) => ({ ...readMember(member), member })) };
}

function readMember(value: unknown): Received {
  try {
    return { event: eventInJson(value) };
  } catch (error) {
    return { error: toLlmosError(error), id: idOf(value) };
  }
}

function readBinary(headers: ReadonlyMap<string, string>, contentType: string, body: Buffer): Received {
  const attributes: Record<string, string> = contentType === '' ? {} : { datacontenttype: contentType };
  let invalid: string | undefined;
  for (const [name, value] of headers) {
    if (!name.startsWith('ce-')) continue;
    const decoded = decodeHeaderValue(value);
    if (decoded === undefined) invalid ??= name;
    else attributes[name.slice('ce-'.length)] = decoded;
  }
  try {
    if (invalid !== undefined) throw malformed(invalid, `The escapes in '${invalid}' are not UTF-8.`);
    return { event: eventInHeaders(attributes, body) };
  } catch (error) {
    return { error: toLlmosError(error), id: idOf(attributes) };
  }
}

/**
 * The JSON of a message that does not say what it is: an event, or a list of events.
 *
 * @throws LlmosError MALFORMED_JSON for what begins like JSON, MALFORMED_EVENT for anything else
 */
function jsonOf(body: Buffer): unknown {
  const value = isLikeJson(body) ? parseJson(body) : undefined;
  if (Array.isArray(value) ? value.some(isLikeEvent) : isLikeEvent(value)) return value;
  throw malformed(
    'body',
    'Not a CloudEvent: it has no headers ce-specversion, ce-id and ce-source, and its body is no event in JSON.',
  );
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const WHITE_SPACE = [0x20, 0x09, 0x0a, 0x0d];

/** Whether the first character is that of an object or a list. */
function isLikeJson(body: Buffer): boolean {
  let at = 0;
  while (BYTE_ORDER_MARK.includes(body[at] ?? 0) || WHITE_SPACE.includes(body[at] ?? 0)) at++;
  return body[at] === 0x5b || body[at] === 0x7b;
}

function isLikeEvent(value: unknown): boolean {
  return isObject(value) && ('specversion' in value || ('id' in value && 'source' in value));
}

function unknownFormat(): LlmosError {
  return new LlmosError('UNSUPPORTED_MEDIA', 'Events are read in JSON: application/cloudevents+json.', {
    field: 'content-type',
  });
}
