import { LlmosError, isRunId, isToken, type Lane, type RunContext } from '@llmos/contracts';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { JSON_TYPE } from './frame.js';

/** The attributes of an internal message: a CloudEvent in binary mode (CloudEvents 1.0, NATS protocol binding). */
export interface Envelope extends RunContext {
  readonly id: string;
  /** `org.llmos.task.asr.transcribe`, `org.llmos.run.completed` … */
  readonly type: string;
  /** The process that published it, such as `/llmos/asr`. */
  readonly source: string;
  readonly traceparent?: string | undefined;
  /** The publisher sent it before and does not know whether the broker took it then. */
  readonly isRepeated?: boolean | undefined;
}

/** The headers of a message beside its envelope. */
export interface MessageFields {
  readonly contentType: string;
  /** When it is published, in Unix milliseconds. */
  readonly timeMs: number;
  /** `Nats-Msg-Id`: repetitions of a message with the same id are stored once. */
  readonly messageId?: string | undefined;
  readonly dataref?: string | undefined;
  readonly correlationId?: string | undefined;
}

const encoder = new TextEncoder();
const REPEATED = 'ce-repeated';
const FIRST = encoder.encode('NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 0\r\n\r\n');
const FIRST_VALUE = { encode: () => FIRST } as unknown as MsgHdrs;

/**
 * Writes the headers of a message as one text, with times of the broker's clock. The client's own class checks and stores
 * each header separately, which cost a tenth of a hop.
 */
export function writeHeaders(envelope: Envelope, fields: MessageFields): MsgHdrs {
  let text =
    `NATS/1.0\r\nce-specversion: 1.0\r\nce-id: ${envelope.id}\r\nce-source: ${envelope.source}` +
    `\r\nce-type: ${envelope.type}\r\nce-time: ${new Date(fields.timeMs).toISOString()}\r\nce-subject: ${envelope.run}` +
    `\r\nce-expirytime: ${new Date(envelope.deadlineMs).toISOString()}\r\nce-tenant: ${envelope.tenant}` +
    `\r\nce-lane: ${envelope.lane}\r\ncontent-type: ${fields.contentType}`;
  if (envelope.isRepeated) text += `\r\n${REPEATED}: true`;
  if (envelope.pipelineName) text += `\r\nce-pipeline: ${envelope.pipelineName}`;
  if (envelope.traceparent) text += `\r\ntraceparent: ${envelope.traceparent}`;
  if (fields.dataref) text += `\r\nce-dataref: ${fields.dataref}`;
  if (fields.correlationId) text += `\r\nce-correlationid: ${headerValue(fields.correlationId)}`;
  if (fields.messageId) text += `\r\nNats-Msg-Id: ${fields.messageId}`;
  const encoded = encoder.encode(`${text}\r\n\r\n`);
  // The client calls no other method of headers that it sends.
  return { encode: () => encoded } as unknown as MsgHdrs;
}

/**
 * Percent-encodes a value from outside, so that it is one header whatever it holds.
 *
 * @see CloudEvents, NATS protocol binding, section 3.1.3.2
 */
export function headerValue(text: string): string {
  return text.toWellFormed().replace(/[^\x21\x23\x24\x26-\x7e]/gu, encodeURIComponent);
}

/**
 * The same headers for another attempt to publish a message. A broker that was restarted meanwhile may have forgotten the
 * id of a message that was worked off: who receives it looks whether it was.
 */
export function repeatedHeaders(first: MsgHdrs): MsgHdrs {
  // The type does not say so, but all headers are written with it.
  const text = new TextDecoder().decode((first as unknown as { encode(): Uint8Array }).encode());
  const encoded = encoder.encode(`${text.slice(0, -2)}${REPEATED}: true\r\n\r\n`);
  return { encode: () => encoded } as unknown as MsgHdrs;
}

/** Headers for a publish that stores nothing: the stream says only whether it knows the message id. */
export function questionHeaders(messageId: string): MsgHdrs {
  const encoded = encoder.encode(`NATS/1.0\r\nNats-Msg-Id: ${messageId}\r\nNats-Expected-Last-Msg-Id: none\r\n\r\n`);
  return { encode: () => encoded } as unknown as MsgHdrs;
}

/** Headers for the first value of a key. */
export function firstValueHeaders(): MsgHdrs {
  return FIRST_VALUE;
}

/** The headers of a result that no run stands behind. */
export function resultHeaders(attributes: Readonly<Record<string, string | undefined>>, messageId: string): MsgHdrs {
  const h = headers();
  const own = { specversion: '1.0', id: messageId, time: new Date().toISOString(), ...attributes };
  for (const [name, value] of Object.entries(own)) if (value !== undefined) h.set(`ce-${name}`, headerValue(value));
  h.set('content-type', JSON_TYPE);
  h.set('Nats-Msg-Id', messageId);
  return h;
}

/** @throws LlmosError MALFORMED_EVENT naming the attribute at fault. */
export function readHeaders(
  h: MsgHdrs | undefined,
): Envelope & { contentType: string; timeMs: number; dataref: string | undefined } {
  const get = (name: string): string => {
    const value = h?.get(name);
    if (!value) throw new LlmosError('MALFORMED_EVENT', `The header '${name}' is missing.`, { field: name });
    return value;
  };
  const check = <T extends string>(name: string, is: (value: string) => boolean): T => {
    const value = get(name);
    if (!is(value))
      throw new LlmosError('MALFORMED_EVENT', `The header '${name}' has a value that cannot be used.`, { field: name });
    return value as T;
  };
  const time = (name: string): number => {
    const ms = Date.parse(get(name));
    if (Number.isNaN(ms))
      throw new LlmosError('MALFORMED_EVENT', `The header '${name}' is not a time.`, { field: name });
    return ms;
  };
  check('ce-specversion', (value) => value === '1.0');
  return {
    id: get('ce-id'),
    type: get('ce-type'),
    source: get('ce-source'),
    run: check('ce-subject', isRunId),
    tenant: check('ce-tenant', isToken),
    lane: check<Lane>('ce-lane', (value) => value === 'live' || value === 'durable'),
    deadlineMs: time('ce-expirytime'),
    pipelineName: h?.get('ce-pipeline') || undefined,
    timeMs: time('ce-time'),
    contentType: get('content-type'),
    traceparent: h?.get('traceparent') || undefined,
    isRepeated: h?.get(REPEATED) === 'true',
    dataref: h?.get('ce-dataref') || undefined,
  };
}
