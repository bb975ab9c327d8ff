import { capabilityOf, isLlmosError, LlmosError, newRunId, subjects } from '@llmos/contracts';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { headersOf, unpackOriginal, type Original } from './dead-letter-original.js';
import { ID_PREFIX, LETTER, type LetterGuard, type LetterPayload } from './dead-letters.js';
import { readHeaders, writeHeaders } from './envelope.js';
import { eraseMessage } from './erase-message.js';
import type { ObjectBucket } from './objects.js';
import type { Publisher } from './publisher.js';
import { storedHeaders } from './stored-messages.js';
import { STREAMS } from './topology.js';
import { isNotFound, viaBroker } from './broker-errors.js';

const PATIENCE_MS = 10_000;

/** What can be seen of a dead letter without opening it. */
export interface LetterNote {
  readonly sequence: number;
  /** ISO 8601. */
  readonly at: string;
  readonly service: string;
  readonly tenant: string;
  readonly run?: string;
  readonly subject: string;
  readonly attempts: number;
  readonly code: string;
  readonly field?: string;
  readonly reason: string;
  readonly payload: LetterPayload;
}

export interface OpenLetter {
  readonly note: LetterNote;
  /** The message in it, exactly as it came. */
  readonly original: Original;
  /** Where what was too big for the letter lies. */
  readonly object?: string;
}

/** Where a message was sent, and the run that a task has become. */
export interface Redriven {
  readonly subject: string;
  readonly run: string | undefined;
}

/** As long as an accepted run may take. */
const RUN_MS = 24 * 3_600_000;

/** Where an operator looks at dead letters, opens one and sends it again. */
export class DeadLetterAdmin {
  constructor(
    private readonly js: JetStreamClient,
    private readonly jsm: JetStreamManager,
    private readonly publisher: Publisher,
    private readonly objects: ObjectBucket,
    private readonly guard: LetterGuard | undefined,
  ) {}

  /** All there are, oldest first; those of one tenant where it is named. */
  async *list(tenant?: string): AsyncGenerator<LetterNote> {
    const filter = tenant === undefined ? subjects.deadLetters() : subjects.deadLettersOf(tenant);
    for await (const { subject, seq, time, headers: h } of storedHeaders(this.js, STREAMS.deadLetters, filter))
      yield noteOf({ subject, seq, at: time.toISOString(), h });
  }

  /**
   * Opens a letter.
   *
   * @throws LlmosError NOT_FOUND when there is no such letter, or what is in it was destroyed with its tenant's keys.
   */
  async read(sequence: number): Promise<OpenLetter> {
    const letter = await viaBroker(async () => {
      try {
        return await this.jsm.streams.getMessage(STREAMS.deadLetters, { seq: sequence });
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    });
    if (!letter) throw new LlmosError('NOT_FOUND', `There is no dead letter ${sequence}.`, { field: 'sequence' });
    const h = letter.header;
    const note = noteOf({ subject: letter.subject, seq: sequence, at: letter.time.toISOString(), h });
    if (note.payload === 'destroyed')
      throw new LlmosError('NOT_FOUND', `What was in dead letter ${sequence} was destroyed with its tenant's keys.`);
    const object = h.get(LETTER.object);
    const data = object ? await this.readObject(object) : letter.data;
    if (note.payload === 'plain')
      return {
        note,
        original: { subject: note.subject, headers: withoutNotes(h), data },
        ...(object ? { object } : {}),
      };
    if (!this.guard) throw new LlmosError('UNAVAILABLE', 'The dead letter is sealed, and there are no keys here.');
    const id = h.get('Nats-Msg-Id').slice(ID_PREFIX.length);
    return {
      note,
      original: unpackOriginal(await this.guard.open(note.tenant, id, data)),
      ...(object ? { object } : {}),
    };
  }

  /**
   * Publishes the message again and takes the letter out of the stream once the broker has the message. An event goes as it
   * was to where it was. A task's run has ended, and would be passed over: it becomes a durable run of its own that goes
   * on from the step that was left undone.
   *
   * @throws LlmosError NOT_FOUND as {@link read}; OVERLOADED or UNAVAILABLE when the broker does not take it.
   */
  async redrive(sequence: number): Promise<Redriven> {
    const { original, object } = await this.read(sequence);
    const { run, ...message } = asNewRun(original) ?? { ...original, run: undefined };
    await this.publisher.publish(message.subject, message.data, {
      headers: message.headers ?? headers(),
      deadlineMs: Date.now() + PATIENCE_MS,
    });
    await viaBroker(() => eraseMessage(this.jsm, STREAMS.deadLetters, sequence));
    if (object) await this.objects.delete(object);
    return { subject: message.subject, run };
  }

  private async readObject(name: string): Promise<Uint8Array> {
    const stored = await this.objects.getBytes(name);
    if (!stored) throw new LlmosError('NOT_FOUND', `The payload of the dead letter (${name}) is no longer kept.`);
    return stored;
  }
}

/** Undefined for what is no task, or no task that can be read. */
function asNewRun({ subject, headers: h, data }: Original): (Original & { readonly run: string }) | undefined {
  const capability = capabilityOf(subject);
  if (capability === undefined) return undefined;
  try {
    const { contentType, dataref, ...envelope } = readHeaders(h);
    const [run, index = '0'] = [newRunId(), envelope.id.split(':')[1]];
    const id = `${run}:${index}`;
    const own = { ...envelope, run, id, lane: 'durable' as const, deadlineMs: Date.now() + RUN_MS };
    const correlationId = h?.get('ce-correlationid') || undefined;
    const written = writeHeaders(own, { contentType, dataref, messageId: id, correlationId });
    return { subject: subjects.task('durable', capability), headers: written, data, run };
  } catch (error) {
    if (isLlmosError(error)) return undefined;
    throw error;
  }
}

interface Seen {
  readonly subject: string;
  readonly seq: number;
  readonly at: string;
  readonly h: MsgHdrs | undefined;
}

function noteOf({ subject, seq, at, h }: Seen): LetterNote {
  const get = (name: string) => h?.get(name) ?? '';
  const [run, field] = [get(LETTER.run), get(LETTER.field)];
  const payload = get(LETTER.payload);
  return {
    sequence: seq,
    at,
    service: subject.split('.')[2] ?? '',
    tenant: get(LETTER.tenant),
    ...(run ? { run } : {}),
    subject: get(LETTER.subject),
    attempts: Number(get(LETTER.attempts)),
    code: get(LETTER.code),
    ...(field ? { field } : {}),
    reason: get(LETTER.reason),
    payload: payload === 'sealed' || payload === 'destroyed' ? payload : 'plain',
  };
}

function withoutNotes(h: MsgHdrs): MsgHdrs {
  const notes = new Set<string>(Object.values(LETTER));
  const names = h.keys().filter((name) => !notes.has(name) && !name.startsWith('Nats-'));
  return headersOf(names.map((name) => [name, h.values(name)]));
}
