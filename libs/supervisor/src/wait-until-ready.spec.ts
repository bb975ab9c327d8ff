import { describeChecks } from './process-status.js';
import type { ProcessStatus } from './process-supervisor.port.js';
import { waitUntilReady } from './wait-until-ready.js';

const ready = (name: string): ProcessStatus => ({ name, state: 'ready', canWork: true, checks: [] });
const loading = (name: string): ProcessStatus => ({
  name,
  state: 'loading',
  canWork: false,
  checks: [{ name: 'model minilm', state: 'loading', progress: 0.4, etaSeconds: 11.2 }],
});
const options = { failOnCrashLoop: false, logFile: '/tmp/log.jsonl', report: () => undefined };

describe('waitUntilReady', () => {
  it('reports each ready process once, and resolves when all are ready', async () => {
    const rounds = [
      [loading('asr'), ready('intent')],
      [loading('asr'), ready('intent')],
      [ready('asr'), ready('intent')],
    ];
    const reports: string[] = [];
    const supervisor = { crashing: [], status: () => Promise.resolve(rounds.shift()!) };
    await waitUntilReady(supervisor, {
      ...options,
      signal: new AbortController().signal,
      report: (line) => reports.push(line.trim().replace(/\(.*/, '(…)')),
    });
    expect(reports).toEqual(['intent is ready (…)', 'asr is ready (…)']);
  });

  it('fails on a crash loop if told to, with the service and the log file', async () => {
    const supervisor = { crashing: ['asr'], status: () => Promise.resolve([loading('asr')]) };
    const signal = new AbortController().signal;
    await expect(waitUntilReady(supervisor, { ...options, failOnCrashLoop: true, signal })).rejects.toMatchObject({
      message: 'asr cannot be started',
      hint: 'see /tmp/log.jsonl',
    });
  });

  it('stops waiting when the signal aborts', async () => {
    const supervisor = { crashing: [], status: () => Promise.resolve([loading('asr')]) };
    await expect(waitUntilReady(supervisor, { ...options, signal: AbortSignal.timeout(100) })).rejects.toThrow();
  });
});

it('describeChecks names what is missing, its progress and the remaining time', () => {
  expect(describeChecks(loading('asr').checks)).toBe('model minilm loading 40 %, about 12 s left');
  expect(describeChecks([{ name: 'broker', state: 'failed', message: 'is it running?' }])).toBe(
    'broker failed, is it running?',
  );
  const checks = ['a', 'b', 'c', 'd'].map((name) => ({ name, state: 'loading' as const }));
  expect(describeChecks(checks)).toBe('a loading; b loading; and 2 more');
});
