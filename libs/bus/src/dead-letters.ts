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
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { headersOf, packOriginal, type Original } from './dead-letter-original.js';
import type { ObjectBucket } from './objects.js';
import type { Publisher } from './publisher.js';

const PATIENCE_MS = 10_000;
const EMPTY = new Uint8Array();
/** Whose keys seal what nobody can be named for. */
const NOBODYS_TENANT = 'system';
const REASON_CHARACTERS = 500;
const FIELD_CHARACTERS = 200;

/** The headers of a dead letter, for whoever looks after it without opening it. */
export const LETTER = {
  tenant: 'llmos-tenant',
  subject: 'llmos-original-subject',
  run: 'llmos-run',
  attempts: 'llmos-attempts',
  code: 'llmos-error-code',
  field: 'llmos-error-field',
  reason: 'llmos-reason',
  /** A {@link LetterPayload}. */
  payload: 'llmos-payload',
  /** The object that holds what is too big for the letter. */
  object: 'llmos-object',
} as const;

/**
 * What became of the message itself: `sealed` with its headers under its tenant's key; `plain` where nothing is sealed
 * or the keys could not be used; `destroyed` where it belongs to keys that were destroyed, and only the fact is kept.
 */
export type LetterPayload = 'sealed' | 'plain' | 'destroyed';

/** A message nobody could process, as it was, with the reason. */
export interface DeadLetter extends Original {
  readonly service: string;
  /** Unique for the message, so that the same one is kept once. */
  readonly id: string;
  /** When the stream took it, in Unix milliseconds. */
  readonly storedAtMs: number;
  readonly attempts: number;
  readonly error: ErrorBody;
}

/** Keeps dead letters from those who only look after them. */
export interface LetterGuard {
  /**
   * Seals a message that began at this time. It never rejects: a letter is kept in the clear rather than lost.
   *
   * @returns the sealed bytes, or why there are none.
   */
  seal(letter: LetterName, original: Uint8Array): Promise<Uint8Array | Exclude<LetterPayload, 'sealed'>>;
  /** @throws LlmosError NOT_FOUND when the tenant's key has been destroyed. */
  open(tenant: string, id: string, sealed: Uint8Array): Promise<Uint8Array>;
  /** Takes personal data out of what is said of a letter. */
  redact(text: string): string;
}

export interface LetterName {
  readonly tenant: string;
  readonly id: string;
  readonly beganAtMs: number;
}

export interface DeadLettersOptions {
  readonly publisher: Publisher;
  /** Keeps what is too big for a letter, as long as letters are kept. */
  readonly objects: ObjectBucket;
  /** What fits into a letter beside its headers. */
  readonly maxBodyBytes: () => number;
  /** Seals and redacts every letter; without it they are kept as they came. */
  readonly guard: LetterGuard | undefined;
}

/** Keeps messages that nobody could process, for somebody to look at and to send again. */
export class DeadLetters {
  constructor(private readonly options: DeadLettersOptions) {}

  async put(letter: DeadLetter): Promise<void> {
    const { guard } = this.options;
    const tenant = tenantOf(letter);
    const run = letter.headers?.get('ce-subject');
    const beganAtMs = run && isRunId(run) ? runBeganAtMs(run) : Infinity;
    const name = { tenant, id: letter.id, beganAtMs: Math.min(letter.storedAtMs, beganAtMs) };
    const sealed = (await guard?.seal(name, packOriginal(letter))) ?? 'plain';
    const h = sealed === 'plain' ? ownHeaders(letter.headers) : headers();
    const visible = (text: string, length: number) =>
      (guard ? guard.redact(text) : text).replace(/[\r\n]+/g, ' ').slice(0, length);
    h.set(LETTER.tenant, tenant);
    h.set(LETTER.payload, typeof sealed === 'string' ? sealed : 'sealed');
    h.set(LETTER.subject, sealed === 'plain' ? letter.subject : visible(letter.subject, FIELD_CHARACTERS));
    if (run && isRunId(run)) h.set(LETTER.run, run);
    h.set(LETTER.attempts, String(letter.attempts));
    h.set(LETTER.code, letter.error.code);
    h.set(LETTER.reason, visible(letter.error.message, REASON_CHARACTERS));
    if (letter.error.field) h.set(LETTER.field, visible(letter.error.field, FIELD_CHARACTERS));
    h.set('Nats-Msg-Id', `${ID_PREFIX}${letter.id}`);
    const body = sealed === 'plain' ? letter.data : sealed === 'destroyed' ? EMPTY : sealed;
    const isLarge = body.length > this.options.maxBodyBytes();
    if (isLarge) h.set(LETTER.object, await this.putObject(tenant, body));
    await this.options.publisher.publish(subjects.deadLetter(letter.service, tenant), isLarge ? EMPTY : body, {
      headers: h,
      deadlineMs: Date.now() + PATIENCE_MS,
    });
  }

  /** A message as large as may be has no room for what is said of it. */
  private async putObject(tenant: string, body: Uint8Array): Promise<string> {
    const name = `${tenant}.${newRunId()}`;
    await this.options.objects.putBytes(name, body);
    return name;
  }
}

/** Of a letter's message id in the stream; what follows is the letter's own id. */
export const ID_PREFIX = 'dlq:';

const NOTES = new Set<string>(Object.values(LETTER));

/**
 * JetStream's own headers (message id, expected sequence …) belong to the first publish, and what is said of a letter is
 * said by nobody outside.
 */
function ownHeaders(of: MsgHdrs | undefined): MsgHdrs {
  const names = (of?.keys() ?? []).filter((name) => !name.startsWith('Nats-') && !NOTES.has(name.toLowerCase()));
  return headersOf(names.map((name) => [name, of!.values(name)]));
}

/** Where outsiders publish, the subject says whose it is: the broker let nobody else publish there. */
function tenantOf({ subject, headers: h }: DeadLetter): string {
  const said = (parseIntakeSubject(subject) ?? parseDueSubject(subject))?.tenant;
  if (said) return said;
  const [, kind, third] = subject.split('.');
  const tenant = kind === 'in' ? third : h?.get('ce-tenant');
  return tenant && isToken(tenant) ? tenant : NOBODYS_TENANT;
}
