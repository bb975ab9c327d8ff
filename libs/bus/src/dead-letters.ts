import {
  isRunId,
  isToken,
  newRunId,
  parseDueSubject,
  parseIntakeSubject,
  runBeganAtMs,
  subjects,
  type ErrorBody,
} from '@llmos/contracts';
import { steadyNow } from '@llmos/resilience';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { headersOf, packOriginal, type Original } from './dead-letter-original.js';
import type { ObjectBucket } from './objects.js';
import type { Publisher } from './publisher.js';

const PUBLISH_TIMEOUT_MS = 10_000;
const EMPTY = new Uint8Array();
/** The tenant of a message that names none. */
const DEFAULT_TENANT = 'system';
const REASON_CHARACTERS = 500;
const FIELD_CHARACTERS = 200;
/** W3C Trace Context: version, trace id, parent id, flags. */
const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/;

/** The headers of a dead letter. An operator can read them without opening it. */
export const DEAD_LETTER_HEADERS = {
  tenant: 'llmos-tenant',
  subject: 'llmos-original-subject',
  run: 'llmos-run',
  /** The id of its trace, 32 hex digits. */
  trace: 'llmos-trace',
  attempts: 'llmos-attempts',
  code: 'llmos-error-code',
  field: 'llmos-error-field',
  reason: 'llmos-reason',
  /** A {@link DeadLetterPayload}. */
  payload: 'llmos-payload',
  /** The name of the object with the body, if it is too large for the message. */
  object: 'llmos-object',
} as const;

/**
 * How the original message is stored. `sealed`: with its headers, under the key of its tenant. `plain`: encryption is
 * off or the keys were unavailable. `destroyed`: the keys of its tenant were destroyed, and the message is not kept.
 */
export type DeadLetterPayload = 'sealed' | 'plain' | 'destroyed';

/** A message that could not be processed, unchanged, with the reason. */
export interface DeadLetter extends Original {
  readonly service: string;
  /** Unique per message: a message is stored once. */
  readonly id: string;
  /** When the stream stored it, in Unix milliseconds. */
  readonly storedAtMs: number;
  readonly attempts: number;
  readonly error: ErrorBody;
}

/** Hides the content of dead letters from operators who list them. */
export interface DeadLetterGuard {
  /**
   * Seals a message. It never rejects: a dead letter is stored in the clear rather than lost.
   *
   * @returns the sealed bytes, or the reason why there are none.
   */
  seal(name: DeadLetterName, original: Uint8Array): Promise<Uint8Array | Exclude<DeadLetterPayload, 'sealed'>>;
  /** @throws LlmosError NOT_FOUND if the key of the tenant was destroyed. */
  open(tenant: string, id: string, sealed: Uint8Array): Promise<Uint8Array>;
  /** Removes personal data from a header of a dead letter. */
  redact(text: string): string;
}

export interface DeadLetterName {
  readonly tenant: string;
  readonly id: string;
  /** When the run of the message began, or the stream stored the message, in Unix milliseconds. */
  readonly beganAtMs: number;
}

export interface DeadLettersOptions {
  readonly publisher: Publisher;
  /** Keeps bodies that are too large for a message, as long as dead letters are kept. */
  readonly objects: ObjectBucket;
  /** The largest body beside the headers. */
  readonly maxBodyBytes: () => number;
  /** Seals and redacts every dead letter. Without it, they are stored in the clear. */
  readonly guard: DeadLetterGuard | undefined;
}

/** Stores messages that could not be processed, so that an operator can inspect them and send them again. */
export class DeadLetters {
  constructor(private readonly options: DeadLettersOptions) {}

  async put(deadLetter: DeadLetter): Promise<void> {
    const { guard } = this.options;
    const tenant = tenantOf(deadLetter);
    const run = deadLetter.headers?.get('ce-subject');
    const beganAtMs = run && isRunId(run) ? runBeganAtMs(run) : Infinity;
    const name = { tenant, id: deadLetter.id, beganAtMs: Math.min(deadLetter.storedAtMs, beganAtMs) };
    const sealed = (await guard?.seal(name, packOriginal(deadLetter))) ?? 'plain';
    const h = sealed === 'plain' ? originalHeaders(deadLetter.headers) : headers();
    const visible = (text: string, length: number) =>
      (guard ? guard.redact(text) : text).replace(/[\r\n]+/g, ' ').slice(0, length);
    h.set(DEAD_LETTER_HEADERS.tenant, tenant);
    h.set(DEAD_LETTER_HEADERS.payload, typeof sealed === 'string' ? sealed : 'sealed');
    h.set(
      DEAD_LETTER_HEADERS.subject,
      sealed === 'plain' ? deadLetter.subject : visible(deadLetter.subject, FIELD_CHARACTERS),
    );
    if (run && isRunId(run)) h.set(DEAD_LETTER_HEADERS.run, run);
    const trace = TRACEPARENT.exec(deadLetter.headers?.get('traceparent') ?? '')?.[1];
    if (trace) h.set(DEAD_LETTER_HEADERS.trace, trace);
    h.set(DEAD_LETTER_HEADERS.attempts, String(deadLetter.attempts));
    h.set(DEAD_LETTER_HEADERS.code, deadLetter.error.code);
    h.set(DEAD_LETTER_HEADERS.reason, visible(deadLetter.error.message, REASON_CHARACTERS));
    if (deadLetter.error.field) h.set(DEAD_LETTER_HEADERS.field, visible(deadLetter.error.field, FIELD_CHARACTERS));
    h.set('Nats-Msg-Id', `${ID_PREFIX}${deadLetter.id}`);
    const body = sealed === 'plain' ? deadLetter.data : sealed === 'destroyed' ? EMPTY : sealed;
    const isLarge = body.length > this.options.maxBodyBytes();
    if (isLarge) h.set(DEAD_LETTER_HEADERS.object, await this.putObject(tenant, body));
    await this.options.publisher.publish(subjects.deadLetter(deadLetter.service, tenant), isLarge ? EMPTY : body, {
      headers: h,
      deadlineMs: steadyNow() + PUBLISH_TIMEOUT_MS,
    });
  }

  private async putObject(tenant: string, body: Uint8Array): Promise<string> {
    const name = `${tenant}.${newRunId()}`;
    await this.options.objects.putBytes(name, body);
    return name;
  }
}

/** The message id in the stream is this prefix and the id of the dead letter. */
export const ID_PREFIX = 'dlq:';

const OWN_HEADERS = new Set<string>(Object.values(DEAD_LETTER_HEADERS));

/**
 * The headers of the original message, without those of JetStream (they belong to the first publish) and those of dead
 * letters (a publisher must not set them).
 */
export function originalHeaders(h: MsgHdrs | undefined): MsgHdrs {
  const names = (h?.keys() ?? []).filter((name) => !name.startsWith('Nats-') && !OWN_HEADERS.has(name.toLowerCase()));
  return headersOf(names.map((name) => [name, h!.values(name)]));
}

/** A subject for other systems names the tenant: the broker lets only its publishers use it. */
function tenantOf({ subject, headers: h }: DeadLetter): string {
  const publisher = (parseIntakeSubject(subject) ?? parseDueSubject(subject))?.tenant;
  if (publisher) return publisher;
  const [, kind, third] = subject.split('.');
  const tenant = kind === 'in' ? third : h?.get('ce-tenant');
  return tenant && isToken(tenant) ? tenant : DEFAULT_TENANT;
}
