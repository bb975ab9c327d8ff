import { capabilityOf, isLlmosError, LlmosError, newRunId, subjects } from '@llmos/contracts';
import { steadyNow } from '@llmos/resilience';
import type { JetStreamClient, JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { headersOf, unpackOriginal, type Original } from './dead-letter-original.js';
import {
  ID_PREFIX,
  DEAD_LETTER_HEADERS,
  originalHeaders,
  type DeadLetterGuard,
  type DeadLetterPayload,
} from './dead-letters.js';
import { readHeaders, writeHeaders } from './envelope.js';
import { eraseMessage } from './erase-message.js';
import type { ObjectBucket } from './objects.js';
import type { Publisher } from './publisher.js';
import { storedHeaders } from './stored-messages.js';
import { STREAMS } from './topology.js';
import { isNotFound, viaBroker } from './broker-errors.js';

const PUBLISH_TIMEOUT_MS = 10_000;

/** What an operator sees of a dead letter without opening it. */
export interface DeadLetterNote {
  readonly sequence: number;
  /** ISO 8601. */
  readonly at: string;
  readonly service: string;
  readonly tenant: string;
  readonly run?: string;
  /** The id of its trace, 32 hex digits. */
  readonly trace?: string;
  readonly subject: string;
  readonly attempts: number;
  readonly code: string;
  readonly field?: string;
  readonly reason: string;
  readonly payload: DeadLetterPayload;
}

export interface OpenedDeadLetter {
  readonly note: DeadLetterNote;
  /** The message, exactly as it was published. */
  readonly original: Original;
  /** The name of the object with the body, if it was too large for the message. */
  readonly object?: string;
}

/** Where a message was sent, and the new run of a task; without one if it had been sent before. */
export interface Redriven {
  readonly subject: string;
  readonly run: string | undefined;
  /** An earlier call had published it and did not come to remove the dead letter. */
  readonly isRepeated: boolean;
}

/** Which dead letters: those with all of these, all without any. */
export interface DeadLetterFilter {
  readonly tenant?: string | undefined;
  readonly code?: string | undefined;
  /** The service that gave the message up. */
  readonly service?: string | undefined;
  /** Those since then, in Unix milliseconds. */
  readonly sinceMs?: number | undefined;
}

/** The time limit of an accepted run. */
const RUN_MS = 24 * 3_600_000;

/** Lists dead letters, opens one and sends it again, for operators. */
export class DeadLetterAdmin {
  constructor(
    private readonly js: JetStreamClient,
    private readonly jsm: JetStreamManager,
    private readonly publisher: Publisher,
    private readonly objects: ObjectBucket,
    private readonly guard: DeadLetterGuard | undefined,
  ) {}

  /** The dead letters that the filter describes, oldest first. */
  async *list({ tenant, ...filter }: DeadLetterFilter = {}): AsyncGenerator<DeadLetterNote> {
    const address = tenant === undefined ? subjects.deadLetters() : subjects.deadLettersOf(tenant);
    for await (const { subject, seq, time, headers: h } of storedHeaders(this.js, STREAMS.deadLetters, address)) {
      const note = noteOf({ subject, seq, at: time.toISOString(), h });
      if (isWanted(note, filter)) yield note;
    }
  }

  /**
   * Opens a dead letter.
   *
   * @throws LlmosError NOT_FOUND if it does not exist, or its content was destroyed with the keys of its tenant.
   */
  async read(sequence: number): Promise<OpenedDeadLetter> {
    const deadLetter = await this.find(sequence);
    const h = deadLetter.header;
    const note = noteOf({ subject: deadLetter.subject, seq: sequence, at: deadLetter.time.toISOString(), h });
    if (note.payload === 'destroyed')
      throw new LlmosError(
        'NOT_FOUND',
        `The content of dead letter ${sequence} was destroyed with the keys of its tenant.`,
      );
    const object = h.get(DEAD_LETTER_HEADERS.object);
    const data = object ? await this.readObject(object) : deadLetter.data;
    if (note.payload === 'plain')
      return {
        note,
        original: { subject: note.subject, headers: originalHeaders(h), data },
        ...(object ? { object } : {}),
      };
    if (!this.guard) throw new LlmosError('UNAVAILABLE', 'The dead letter is sealed, and this process has no keys.');
    const id = h.get('Nats-Msg-Id').slice(ID_PREFIX.length);
    return {
      note,
      original: unpackOriginal(await this.guard.open(note.tenant, id, data)),
      ...(object ? { object } : {}),
    };
  }

  /**
   * Publishes the message again, then removes the dead letter. An event is published to its original subject. A task
   * becomes a new durable run that continues with the failed step: its own run has ended, and workers would skip it.
   * Calls for one dead letter, at the same time or after a crash, publish it once within the duplicate window of the
   * stream (10 minutes).
   *
   * @param data takes the place of the body, in the same media type; see {@link editableText}.
   * @throws LlmosError NOT_FOUND as {@link read}; OVERLOADED or UNAVAILABLE if the broker does not take the message.
   */
  async redrive(sequence: number, data?: Uint8Array): Promise<Redriven> {
    const { note, original, object } = await this.read(sequence);
    const messageId = `redrive:${sequence}:${Date.parse(note.at)}`;
    const sent = { ...original, data: data ?? original.data };
    const { run, ...message } = asNewRun(sent, messageId) ?? { ...withId(sent, messageId), run: undefined };
    const { duplicate } = await this.publisher.publish(message.subject, message.data, {
      headers: message.headers ?? headers(),
      deadlineMs: steadyNow() + PUBLISH_TIMEOUT_MS,
    });
    await viaBroker(() => eraseMessage(this.jsm, STREAMS.deadLetters, sequence));
    if (object) await this.objects.delete(object);
    return { subject: message.subject, run: duplicate ? undefined : run, isRepeated: duplicate };
  }

  /**
   * Removes a dead letter and its message for good.
   *
   * @throws LlmosError NOT_FOUND if it does not exist.
   */
  async discard(sequence: number): Promise<void> {
    const object = (await this.find(sequence)).header.get(DEAD_LETTER_HEADERS.object);
    await viaBroker(() => eraseMessage(this.jsm, STREAMS.deadLetters, sequence));
    if (object) await this.objects.delete(object);
  }

  private async find(sequence: number): Promise<StoredMsg> {
    const found = await viaBroker(async () => {
      try {
        return await this.jsm.streams.getMessage(STREAMS.deadLetters, { seq: sequence });
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    });
    if (!found) throw new LlmosError('NOT_FOUND', `There is no dead letter ${sequence}.`, { field: 'sequence' });
    return found;
  }

  private async readObject(name: string): Promise<Uint8Array> {
    const stored = await this.objects.getBytes(name);
    if (!stored) throw new LlmosError('NOT_FOUND', `The payload of the dead letter (${name}) is no longer kept.`);
    return stored;
  }
}

/** An event keeps its own id: only the stream sees the other one. */
function withId({ subject, headers: h, data }: Original, messageId: string): Original {
  const own = headersOf((h?.keys() ?? []).map((name) => [name, h!.values(name)]));
  own.set('Nats-Msg-Id', messageId);
  return { subject, headers: own, data };
}

/** @returns undefined if the message is not a readable task. */
function asNewRun(
  { subject, headers: h, data }: Original,
  messageId: string,
): (Original & { readonly run: string }) | undefined {
  const capability = capabilityOf(subject);
  if (capability === undefined) return undefined;
  try {
    const { contentType, dataref, ...envelope } = readHeaders(h);
    const [run, index = '0'] = [newRunId(), envelope.id.split(':')[1]];
    const id = `${run}:${index}`;
    const own = { ...envelope, run, id, lane: 'durable' as const, deadlineMs: Date.now() + RUN_MS };
    const correlationId = h?.get('ce-correlationid') || undefined;
    const written = writeHeaders(own, { contentType, timeMs: Date.now(), dataref, messageId, correlationId });
    return { subject: subjects.task('durable', capability), headers: written, data, run };
  } catch (error) {
    if (isLlmosError(error)) return undefined;
    throw error;
  }
}

function isWanted(note: DeadLetterNote, { code, service, sinceMs }: Omit<DeadLetterFilter, 'tenant'>): boolean {
  return (
    (code === undefined || note.code === code) &&
    (service === undefined || note.service === service) &&
    (sinceMs === undefined || Date.parse(note.at) >= sinceMs)
  );
}

interface StoredDeadLetter {
  readonly subject: string;
  readonly seq: number;
  readonly at: string;
  readonly h: MsgHdrs | undefined;
}

function noteOf({ subject, seq, at, h }: StoredDeadLetter): DeadLetterNote {
  const get = (name: string) => h?.get(name) ?? '';
  const { run: runHeader, field: fieldHeader, trace: traceHeader } = DEAD_LETTER_HEADERS;
  const [run, field, trace] = [get(runHeader), get(fieldHeader), get(traceHeader)];
  const payload = get(DEAD_LETTER_HEADERS.payload);
  return {
    sequence: seq,
    at,
    service: subject.split('.')[2] ?? '',
    tenant: get(DEAD_LETTER_HEADERS.tenant),
    ...(run ? { run } : {}),
    ...(trace ? { trace } : {}),
    subject: get(DEAD_LETTER_HEADERS.subject),
    attempts: Number(get(DEAD_LETTER_HEADERS.attempts)),
    code: get(DEAD_LETTER_HEADERS.code),
    ...(field ? { field } : {}),
    reason: get(DEAD_LETTER_HEADERS.reason),
    payload: payload === 'sealed' || payload === 'destroyed' ? payload : 'plain',
  };
}
