import { waitFor } from '@llmos/testing';
import { QUESTIONS, type Instance, type Reply } from './instance.js';

const MINUTE_MS = 60_000;
/** The promise on a machine that is not busy (docs/reliability.md), times four: here other tests run at the same time. */
const ANSWER_WITHIN_MS = 4 * 2_500;
const LOOK_MS = 20;

interface Fallback {
  readonly service: string;
  /** The step that the answer lacks. */
  readonly step: string;
  ask(instance: Instance): Promise<Reply>;
  /** What the caller is told instead. */
  check(body: Reply['body']): void;
}

const typed = (instance: Instance) => instance.ask({ text: 'How do I change my PIN?' });
const answersWithSources = ({ result, details }: Reply['body']) => {
  expect(result).toMatch(/PIN/);
  expect((details?.['citations'] as unknown[] | undefined)?.length).toBeGreaterThan(0);
};

const FALLBACKS: readonly Fallback[] = [
  { service: 'conversation', step: 'turn', ask: typed, check: answersWithSources },
  { service: 'intent', step: 'intent', ask: typed, check: answersWithSources },
  { service: 'security', step: 'guard', ask: typed, check: answersWithSources },
  { service: 'generation', step: 'answer', ask: typed, check: answersWithSources },
  {
    service: 'retrieval',
    step: 'found',
    ask: typed,
    check: ({ result }) => expect(result).toMatch(/^I cannot look into our help centre at the moment\./),
  },
  {
    service: 'asr',
    step: 'transcript',
    ask: (instance) => instance.ask({ audio: QUESTIONS[0]!.audio.toString('base64') }),
    check: ({ result }) =>
      expect(result).toBe('I cannot listen to recordings at the moment. Please type your question.'),
  },
  {
    service: 'speech',
    step: 'spoken',
    ask: (instance) => instance.ask({ text: 'How do I change my PIN?', reply: 'audio' }),
    check(body) {
      answersWithSources(body);
      expect(body.details).not.toHaveProperty('speech');
    },
  },
];

/** Each service that customer_service can do without is killed, and frozen. */
export function fallbacksSuite(running: () => Instance): void {
  const missing = ({ status, body }: Reply) =>
    status === 200 ? ((body.details?.['degraded'] ?? []) as string[]) : [`status ${status}`];
  const pidOf = (service: string) =>
    running()
      .state()
      .services.find(({ name }) => name === service)?.pid;

  /** Kills a service, and again whenever it is back. @returns ends it. */
  function keepDead(service: string): () => void {
    const killed = new Set<number>();
    const kill = () => {
      const pid = pidOf(service);
      if (pid === undefined || killed.has(pid)) return;
      killed.add(pid);
      process.kill(pid, 'SIGKILL');
    };
    kill();
    const timer = setInterval(kill, LOOK_MS);
    return () => clearInterval(timer);
  }

  /** How many ends of a service's processes the gateway was told of. */
  const toldOf = (service: string) =>
    running()
      .log()
      .split('\n')
      .filter((line) => line.includes('has seen a process end') && line.includes(`"${service}-`)).length;

  function freeze(service: string): () => void {
    const pid = pidOf(service)!;
    process.kill(pid, 'SIGSTOP');
    return () => process.kill(pid, 'SIGCONT');
  }

  it.each(FALLBACKS)(
    'customer_service answers within seconds while $service is dead or frozen, and says that "$step" is missing',
    async ({ service, step, ask, check }) => {
      const isWhole = async () => missing(await ask(running())).length === 0;
      for (const strike of [keepDead, freeze]) {
        await waitFor('an answer of all services', isWhole, MINUTE_MS);
        const toldBefore = toldOf(service);
        const heal = strike(service);
        try {
          const from = performance.now();
          const reply = await ask(running());
          const tookMs = performance.now() - from;
          expect({ strike: strike.name, missing: missing(reply) }).toEqual({
            strike: strike.name,
            missing: expect.arrayContaining([step]) as string[],
          });
          check(reply.body);
          if (strike === keepDead)
            await waitFor('the gateway to be told of the death', () => toldOf(service) > toldBefore, MINUTE_MS);
          expect(tookMs).toBeLessThan(ANSWER_WITHIN_MS);
        } finally {
          heal();
        }
      }
      await waitFor('an answer of all services', isWhole, MINUTE_MS);
    },
    8 * MINUTE_MS,
  );
}
