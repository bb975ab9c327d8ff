import { newRunId, type Answer, type TerminalAnswer } from '@llmos/contracts';
import { DurableRuns } from './durable-runs.js';

const TAG = 'abcd';
const completed: TerminalAnswer = { type: 'completed', result: '', details: {}, timings: [], degraded: [] };

describe('DurableRuns', () => {
  const listeners = new Map<string, (answer: Answer) => void>();
  const ends: TerminalAnswer[] = [];
  const runs = new DurableRuns({
    newRunId: () => newRunId(TAG),
    listen(run, onAnswer) {
      listeners.set(run, onAnswer);
      return { stop: () => void listeners.delete(run) };
    },
  });
  const report = (answer: TerminalAnswer) => void ends.push(answer);
  beforeEach(() => {
    ends.length = 0;
    listeners.clear();
  });

  it('reports the end of a run once, also if the run is started or ends again', () => {
    const run = newRunId(TAG);
    runs.onEnd(run, report);
    runs.onEnd(run, report);
    listeners.get(run)!({ type: 'delta', step: 's', index: 0, delta: 'a' });
    expect(ends).toEqual([]);
    listeners.get(run)!(completed);
    expect(ends).toEqual([completed]);
    runs.onEnd(run, report);
    expect(listeners.size).toBe(0);
  });

  it('leaves runs that another gateway started to that gateway', () => {
    runs.onEnd(newRunId('0123'), report);
    expect(listeners.size).toBe(0);
  });

  it('remembers a bounded number of runs', () => {
    for (let i = 0; i < 10_005; i++) runs.onEnd(newRunId(TAG), report);
    expect(listeners.size).toBe(10_000);
  });
});
