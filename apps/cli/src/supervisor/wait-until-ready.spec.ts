import type { MemberHealth } from './supervisor.js';
import { missing, waitUntilReady } from './wait-until-ready.js';

const ready = (name: string): MemberHealth => ({ name, ready: true, checks: [] });
const loading = (name: string): MemberHealth => ({
  name,
  ready: false,
  checks: [{ name: 'model minilm', state: 'loading', progress: 0.4, etaSeconds: 11.2 }],
});
const options = { failOnCrashLoop: false, logFile: '/tmp/log.jsonl' };

describe('waitUntilReady', () => {
  it('tells of each service once, and ends when all are ready', async () => {
    const rounds = [
      [loading('asr'), ready('intent')],
      [loading('asr'), ready('intent')],
      [ready('asr'), ready('intent')],
    ];
    const said: string[] = [];
    const supervisor = { crashing: [], health: () => Promise.resolve(rounds.shift()!) };
    await waitUntilReady(supervisor, {
      ...options,
      signal: new AbortController().signal,
      say: (line) => said.push(line.trim().replace(/\(.*/, '(…)')),
    });
    expect(said).toEqual(['intent is ready (…)', 'asr is ready (…)']);
  });

  it('gives up on a crash loop when asked to, naming the service and the log', async () => {
    const supervisor = { crashing: ['asr'], health: () => Promise.resolve([loading('asr')]) };
    const waiting = waitUntilReady(supervisor, {
      ...options,
      failOnCrashLoop: true,
      signal: new AbortController().signal,
      say: () => undefined,
    });
    await expect(waiting).rejects.toMatchObject({
      message: 'asr cannot be started',
      hint: 'see /tmp/log.jsonl',
    });
  });

  it('stops waiting when it is told to', async () => {
    const supervisor = { crashing: [], health: () => Promise.resolve([loading('asr')]) };
    await expect(
      waitUntilReady(supervisor, { ...options, signal: AbortSignal.timeout(100), say: () => undefined }),
    ).rejects.toThrow();
  });
});

it('says what is missing, how far it is and how long it takes', () => {
  expect(missing(loading('asr'))).toBe('model minilm loading 40 %, about 12 s left');
  expect(missing({ checks: [{ name: 'broker', state: 'failed', message: 'is it running?' }] })).toBe(
    'broker failed, is it running?',
  );
  const checks = ['a', 'b', 'c', 'd'].map((name) => ({ name, state: 'loading' as const }));
  expect(missing({ checks })).toBe('a loading; b loading; and 2 more');
});
