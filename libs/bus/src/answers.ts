import { answerSchema, isTerminal, subjects, type Answer } from '@llmos/contracts';
import type { JetStreamClient } from '@nats-io/jetstream';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { STREAMS } from './topology.js';

/** An answer with its place in the stream, by which a reader that comes back goes on. */
export interface SequencedAnswer {
  readonly sequence: number;
  readonly tenant: string;
  readonly answer: Answer;
}

/**
 * Listens to a run as it speaks, over core NATS: the quickest way, but a message missed is missed.
 * Call it before the first task is published. Repeated deltas (a step done twice) are passed on once.
 */
export function listen(nc: NatsConnection, run: string, onAnswer: (answer: Answer) => void): { stop(): void } {
  const lastIndex = new Map<string, number>();
  const subscription = nc.subscribe(subjects.answer(run), {
    callback: (error, message) => {
      const answer = error ? undefined : parseAnswer(message);
      if (!answer) return;
      if (answer.type === 'delta') {
        if (answer.index <= (lastIndex.get(answer.step) ?? -1)) return;
        lastIndex.set(answer.step, answer.index);
      }
      onAnswer(answer);
    },
  });
  return { stop: () => subscription.unsubscribe() };
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
      if (answer) yield { sequence: message.seq, tenant: message.headers?.get('ce-tenant') ?? '', answer };
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
