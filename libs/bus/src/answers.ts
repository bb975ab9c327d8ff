import { answerSchema, isTerminal, subjects, tagOf, type Answer } from '@llmos/contracts';
import type { JetStreamClient } from '@nats-io/jetstream';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { randomBytes } from 'node:crypto';
import { STREAMS } from './topology.js';

/** An answer with its place in the stream, by which a reader that comes back goes on. */
export interface SequencedAnswer {
  readonly sequence: number;
  readonly tenant: string;
  /** The name of the pipeline; empty in answers of earlier versions. */
  readonly pipeline: string;
  readonly answer: Answer;
}

/**
 * Listens to runs as they speak, over core NATS: the quickest way, but a message missed is missed. All runs whose id
 * has the tag of this listener are heard over one subscription; making one for each run would cost the server a cache.
 */
export class AnswerListener {
  readonly tag = randomBytes(2).toString('hex');
  private readonly listeners = new Map<string, (answer: Answer) => void>();
  private subscription: Subscription | undefined;

  constructor(private readonly nc: NatsConnection) {}

  /** Call it before the first task is published. Repeated deltas (a step done twice) are passed on once. */
  listen(run: string, onAnswer: (answer: Answer) => void): { stop(): void } {
    if (tagOf(run) !== this.tag) throw new Error(`run ${run} was not made for this listener`);
    this.subscription ??= this.nc.subscribe(subjects.answersTagged(this.tag), {
      callback: (_, message) => this.hear(message),
    });
    this.listeners.set(run, once(onAnswer));
    return { stop: () => void this.listeners.delete(run) };
  }

  private hear(message: Msg): void {
    const listener = this.listeners.get(message.subject.slice(message.subject.lastIndexOf('.') + 1));
    const answer = listener && parseAnswer(message);
    if (answer) listener(answer);
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
 * Reads a run's answers from the stream, from after `sequence` on, and follows until the terminal one.
 * Ends without a terminal answer when `signal` is aborted, or when `follow` is false and all there is was read.
 */
export async function* readAnswers(
  js: JetStreamClient,
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
      const answer = parseAnswer(message);
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

function parseAnswer(message: Pick<Msg, 'data'>): Answer | undefined {
  try {
    const parsed = answerSchema.safeParse(JSON.parse(new TextDecoder().decode(message.data)));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
