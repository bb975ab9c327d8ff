import { answerSchema, isTerminal, LlmosError, subjects, tagOf, toLlmosError, type Answer } from '@llmos/contracts';
import type { JetStreamClient } from '@nats-io/jetstream';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { randomBytes } from 'node:crypto';
import type { Blobs } from './blobs.js';
import { decodeBody } from './frame.js';
import { InOrder } from './in-order.js';
import { STREAMS } from './topology.js';

/** An answer with its sequence number in the stream, after which a reader can resume. */
export interface SequencedAnswer {
  readonly sequence: number;
  readonly tenant: string;
  /** The name of the pipeline; empty in answers of earlier versions. */
  readonly pipeline: string;
  readonly answer: Answer;
}

type AnswerMessage = Pick<Msg, 'headers' | 'data'>;

/** Decodes answers: JSON or a frame, in the message or in the object store. */
export class AnswerReader {
  constructor(
    private readonly blobs: Pick<Blobs, 'get'>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /**
   * A promise only for an answer in the object store.
   *
   * @throws LlmosError MALFORMED_EVENT; rejects with UNAVAILABLE or NOT_FOUND if the object cannot be read.
   */
  read({ headers, data }: AnswerMessage): Answer | Promise<Answer> {
    const decode = (body: Uint8Array): Answer => {
      const parsed = answerSchema.safeParse(decodeBody(headers?.get('content-type') ?? '', body));
      if (parsed.success) return parsed.data;
      throw new LlmosError('MALFORMED_EVENT', 'The message is not an answer.', { cause: parsed.error });
    };
    const dataref = headers?.get('ce-dataref');
    return dataref ? this.blobs.get(headers!.get('ce-tenant'), dataref).then(decode) : decode(data);
  }

  /** Replaces an unreadable terminal answer by a failure, so that the run does not seem to continue. */
  instead({ headers }: AnswerMessage, error: unknown): Answer | undefined {
    this.onError(error);
    if (/\.(step|delta)$/.test(headers?.get('ce-type') ?? '')) return undefined;
    return { type: 'failed', error: toLlmosError(error).toBody() };
  }
}

/**
 * Listens to runs over core NATS: the quickest way, but a missed message is not repeated. One subscription receives the
 * answers of all runs whose id has the tag of this listener; a subscription for each run would cost the server a cache.
 */
export class AnswerListener {
  readonly tag = randomBytes(2).toString('hex');
  private readonly listeners = new Map<string, (answer: Answer) => void>();
  private readonly order: InOrder;
  private subscription: Subscription | undefined;

  constructor(
    private readonly nc: NatsConnection,
    private readonly reader: AnswerReader,
    private readonly onError: (error: unknown) => void,
  ) {
    this.order = new InOrder(onError);
  }

  /** Call it before the first task is published. Answers arrive in order; repeated deltas are delivered once. */
  listen(run: string, onAnswer: (answer: Answer) => void): { stop(): void } {
    if (tagOf(run) !== this.tag) throw new Error(`run ${run} was not made for this listener`);
    this.subscription ??= this.nc.subscribe(subjects.answersTagged(this.tag), {
      callback: (error, message) => (error ? this.onError(error) : this.receive(message)),
    });
    this.listeners.set(run, once(onAnswer));
    return { stop: () => void this.listeners.delete(run) };
  }

  private receive(message: Msg): void {
    const run = message.subject.slice(message.subject.lastIndexOf('.') + 1);
    if (!this.listeners.has(run)) return;
    const deliver = (answer: Answer | undefined): void => {
      if (answer) this.listeners.get(run)?.(answer);
    };
    const answer = this.read(message);
    this.order.do(run, () => (answer instanceof Promise ? answer.then(deliver) : deliver(answer)));
  }

  private read(message: Msg): Answer | undefined | Promise<Answer | undefined> {
    const instead = (error: unknown) => this.reader.instead(message, error);
    try {
      const answer = this.reader.read(message);
      return answer instanceof Promise ? answer.catch(instead) : answer;
    } catch (error) {
      return instead(error);
    }
  }
}

function once(onAnswer: (answer: Answer) => void): (answer: Answer) => void {
  const lastIndex = new Map<string, number>();
  return (answer) => {
    if (answer.type === 'delta') {
      if (answer.index <= (lastIndex.get(answer.step) ?? -1)) return;
      lastIndex.set(answer.step, answer.index);
    }
    onAnswer(answer);
  };
}

/**
 * Reads the answers of a run from the stream, after `afterSequence`, and follows until the terminal one. Ends without a
 * terminal answer if `signal` aborts, or at the end of the stored answers if `follow` is false.
 *
 * @throws LlmosError UNAVAILABLE if an answer in the object store cannot be read now.
 */
export async function* readAnswers(
  js: JetStreamClient,
  reader: AnswerReader,
  run: string,
  options: { afterSequence?: number; follow: boolean; signal?: AbortSignal },
): AsyncGenerator<SequencedAnswer> {
  const consumer = await js.consumers.get(STREAMS.answers, {
    filter_subjects: subjects.answer(run),
    ...(options.afterSequence ? { opt_start_seq: options.afterSequence + 1 } : {}),
  });
  if (!options.follow && (await consumer.info(true)).num_pending === 0) return;
  const messages = await consumer.consume({ max_messages: 100 });
  const stop = () => messages.stop();
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    if (options.signal?.aborted) return;
    for await (const message of messages) {
      const answer = await readStored(reader, message);
      const header = (name: string) => message.headers?.get(name) ?? '';
      if (answer) yield { sequence: message.seq, tenant: header('ce-tenant'), pipeline: header('ce-pipeline'), answer };
      if (answer && isTerminal(answer)) return;
      if (!options.follow && message.info.pending === 0) return;
    }
  } finally {
    options.signal?.removeEventListener('abort', stop);
    messages.stop();
  }
}

async function readStored(reader: AnswerReader, message: AnswerMessage): Promise<Answer | undefined> {
  try {
    return await reader.read(message);
  } catch (error) {
    if (toLlmosError(error).retryable) throw error;
    return reader.instead(message, error);
  }
}
