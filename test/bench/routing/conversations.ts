/** Conversations with a language model through the bus: who asks what, and when. */
import { Bus } from '@llmos/bus';
import type { Answer, Pipeline } from '@llmos/contracts';
import { GoneReplicas, MeshClient, Replicas, RunRecords } from '@llmos/mesh';
import { startNatsServer, startServiceProcess, waitFor, type TestServiceProcess } from '@llmos/testing';
import { setTimeout as pause } from 'node:timers/promises';

const CAPABILITY = 'generation.answer';
const DEADLINE_MS = 120_000;
const ANSWER_TOKENS = 8;

/** One step: the model answers in its own words, after the turns before. */
const CHAT: Pipeline = {
  name: 'chat',
  version: 1,
  description: '',
  role: 'caller',
  input: {
    question: { type: 'string', maxLength: 4_000, required: true },
    history: { type: 'json', required: false },
  },
  deadlineMs: DEADLINE_MS,
  steps: [
    {
      id: 'answer',
      uses: CAPABILITY,
      with: {
        question: '${input.question}',
        history: '${input.history}',
        grounding: 'off',
        maxTokens: ANSWER_TOKENS,
      },
      onError: 'fail',
      stream: false,
    },
  ],
  result: '${answer.text}',
  details: { usage: '${answer.usage}' },
};

export interface Turn {
  /** Until the first part of the answer. */
  readonly firstMs: number;
  readonly wholeMs: number;
  readonly turn: number;
  readonly answer: string;
  readonly inputTokens: number;
}

/** Two replicas of the generation service as processes, and a caller. */
export class Chats {
  readonly replicas: readonly TestServiceProcess[];
  readonly close: () => Promise<void>;
  private readonly client: MeshClient;

  private constructor(replicas: readonly TestServiceProcess[], client: MeshClient, close: () => Promise<void>) {
    this.replicas = replicas;
    this.client = client;
    this.close = close;
  }

  /** @param routing `off`: every task is for all replicas, as before. */
  static async start(routing: 'on' | 'off', count = 2): Promise<Chats> {
    const nats = await startNatsServer();
    const env = { LLMOS_ROUTING: routing, LLMOS_GENERATION_TIMEOUT_MS: '100000' };
    const processes = await Promise.all(
      Array.from({ length: count }, () => startServiceProcess({ app: 'generation', natsUrl: nats.url, env })),
    );
    const bus = await Bus.connect({ url: nats.url, service: 'gateway' });
    const replicas = new Replicas(bus.signs);
    const gone = new GoneReplicas(bus, replicas);
    if (routing === 'on') await waitFor('all signs', () => replicas.placesOf(CAPABILITY).size === count);
    const client = new MeshClient(bus, await RunRecords.open(bus), undefined, replicas);
    return new Chats(processes, client, async () => {
      gone.stop();
      replicas.stop();
      await bus.close(200);
      await Promise.all(processes.map((each) => each.kill()));
      await nats.stop();
    });
  }

  async ask(question: string, history: readonly object[], tenant = 'acme'): Promise<Omit<Turn, 'turn'>> {
    const askedAtMs = performance.now();
    let firstMs: number | undefined;
    const onAnswer = ({ type }: Answer) => {
      if (type === 'delta') firstMs ??= performance.now() - askedAtMs;
    };
    const context = { run: this.client.newRun(), tenant, lane: 'live' as const, deadlineMs: Date.now() + DEADLINE_MS };
    const input = { question, history };
    const request = { ...context, pipeline: CHAT, input, traceparent: undefined };
    const answer = await this.client.converse(request, onAnswer, new AbortController().signal);
    if (answer.type !== 'completed') throw new Error(`the run ended with ${JSON.stringify(answer)}`);
    const { inputTokens } = answer.details['usage'] as { inputTokens: number };
    const wholeMs = performance.now() - askedAtMs;
    return { firstMs: firstMs ?? wholeMs, wholeMs, answer: answer.result, inputTokens };
  }
}

const WORDS =
  'river stone lamp window garden letter winter bridge paper silver morning market sailor copper engine valley ' +
  'summer ladder candle harbour pocket mirror orchard thunder button compass island meadow needle blanket';

/** Text without a meaning, always the same for the same seed. */
export function wordsOf(seed: number, count: number): string {
  const words = WORDS.split(' ');
  let state = seed * 2_654_435_761 + 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return words[state % words.length]!;
  }).join(' ');
}

export interface Load {
  readonly conversations: number;
  readonly turns: number;
  /** Of the first question; later ones have a sixth. */
  readonly words: number;
  /** Between the starts of two turns of all conversations. */
  readonly everyMs: number;
}

/** Each conversation has its turns in order; all turns have fixed times, so that the throughput is given. */
export async function converse(chats: Chats, { conversations, turns, words, everyMs }: Load): Promise<Turn[]> {
  const startedAtMs = performance.now();
  const one = async (n: number): Promise<Turn[]> => {
    const history: object[] = [];
    const done: Turn[] = [];
    for (let turn = 0; turn < turns; turn++) {
      const atMs = startedAtMs + (turn * conversations + n) * everyMs;
      await pause(Math.max(0, atMs - performance.now()));
      const question = `${wordsOf(n * 1_000 + turn, turn === 0 ? words : Math.ceil(words / 6))}. Go on.`;
      const asked = await chats.ask(question, history);
      done.push({ ...asked, turn });
      history.push({ role: 'user', content: question }, { role: 'assistant', content: asked.answer });
    }
    return done;
  };
  return (await Promise.all(Array.from({ length: conversations }, (_, n) => one(n)))).flat();
}
