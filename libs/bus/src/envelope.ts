import { LlmosError, isRunId, isToken, type Lane, type RunContext } from '@llmos/contracts';
import { headers, type MsgHdrs } from '@nats-io/transport-node';

/** The attributes of an internal message: a CloudEvent in binary mode (CloudEvents 1.0, NATS protocol binding). */
export interface Envelope extends RunContext {
  readonly id: string;
  /** `org.llmos.task.asr.transcribe`, `org.llmos.run.completed` … */
  readonly type: string;
  /** The process that published it, such as `/llmos/asr`. */
  readonly source: string;
  readonly traceparent?: string | undefined;
}

export function writeHeaders(envelope: Envelope, contentType: string, dataref?: string): MsgHdrs {
  const h = headers();
  h.set('ce-specversion', '1.0');
  h.set('ce-id', envelope.id);
  h.set('ce-source', envelope.source);
  h.set('ce-type', envelope.type);
  h.set('ce-time', new Date().toISOString());
  h.set('ce-subject', envelope.run);
  h.set('ce-expirytime', new Date(envelope.deadlineMs).toISOString());
  h.set('ce-tenant', envelope.tenant);
  h.set('ce-lane', envelope.lane);
  h.set('content-type', contentType);
  if (envelope.traceparent) h.set('traceparent', envelope.traceparent);
  if (dataref) h.set('ce-dataref', dataref);
  return h;
}

/** @throws LlmosError MALFORMED_EVENT naming the attribute at fault. */
export function readHeaders(h: MsgHdrs | undefined): Envelope & { contentType: string; timeMs: number; dataref: string | undefined } {
  const get = (name: string): string => {
    const value = h?.get(name);
    if (!value) throw new LlmosError('MALFORMED_EVENT', `The header '${name}' is missing.`, { field: name });
    return value;
  };
  const check = <T extends string>(name: string, is: (value: string) => boolean): T => {
    const value = get(name);
    if (!is(value)) throw new LlmosError('MALFORMED_EVENT', `The header '${name}' has a value that cannot be used.`, { field: name });
    return value as T;
  };
  const time = (name: string): number => {
    const ms = Date.parse(get(name));
    if (Number.isNaN(ms)) throw new LlmosError('MALFORMED_EVENT', `The header '${name}' is not a time.`, { field: name });
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
    timeMs: time('ce-time'),
    contentType: get('content-type'),
    traceparent: h?.get('traceparent') || undefined,
    dataref: h?.get('ce-dataref') || undefined,
  };
}
