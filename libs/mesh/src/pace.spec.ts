import { Pace } from './pace.js';

const { jest } = import.meta;

function callersWho() {
  const state = { areWaiting: false, listener: () => undefined as void };
  return {
    get areWaiting() {
      return state.areWaiting;
    },
    onChange: (listener: () => void) => void (state.listener = listener),
    come: () => void ((state.areWaiting = true), state.listener()),
    leave: () => void ((state.areWaiting = false), state.listener()),
  };
}
const turns = async () => {
  for (let n = 0; n < 10; n++) await Promise.resolve();
};

describe('Pace', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  function start(pace: Pace, names: readonly string[], tenant = 'acme', takesMs = 100) {
    const started: string[] = [];
    for (const name of names)
      void pace.do(tenant, () => {
        started.push(name);
        return new Promise((resolve) => setTimeout(resolve, takesMs));
      });
    return started;
  }

  it('lets all durable work start at once while nobody waits', async () => {
    const started = start(new Pace(callersWho(), 0.1), ['a', 'b', 'c']);
    await turns();
    expect(started).toEqual(['a', 'b', 'c']);
  });

  it('gives durable work its share of the time while callers wait', async () => {
    const callers = callersWho();
    callers.come();
    const started = start(new Pace(callers, 0.1), ['a', 'b', 'c']);
    await jest.advanceTimersByTimeAsync(900);
    expect(started).toEqual(['a']);
    await jest.advanceTimersByTimeAsync(150);
    expect(started).toEqual(['a', 'b']);
  });

  it('starts what waits as soon as the callers have gone', async () => {
    const callers = callersWho();
    callers.come();
    const started = start(new Pace(callers, 0.1), ['a', 'b', 'c']);
    await turns();
    callers.leave();
    await turns();
    expect(started).toEqual(['a', 'b', 'c']);
  });

  it('starts the next within two seconds, however long one takes', async () => {
    const callers = callersWho();
    callers.come();
    const started = start(new Pace(callers, 0.1), ['a', 'b'], 'acme', 60_000);
    await jest.advanceTimersByTimeAsync(2_001);
    expect(started).toEqual(['a', 'b']);
  });

  it('is fair between tenants', async () => {
    const callers = callersWho();
    callers.come();
    const pace = new Pace(callers, 0.1);
    const greedy = start(pace, ['a', 'b', 'c', 'd'], 'greedy');
    const polite = start(pace, ['p'], 'polite');
    await jest.advanceTimersByTimeAsync(1_050);
    expect([greedy, polite]).toEqual([['a'], ['p']]);
  });

  it('counts the time of a tenant, not its pieces of work', async () => {
    const callers = callersWho();
    callers.come();
    const pace = new Pace(callers, 0.5);
    const names = Array.from({ length: 20 }, (_, n) => `${n}`);
    const [dear, cheap] = [start(pace, names, 'dear', 400), start(pace, names, 'cheap', 100)];
    await jest.advanceTimersByTimeAsync(8_000);
    expect(cheap.length).toBeGreaterThan(3 * dear.length);
    expect(dear.length).toBeGreaterThan(2);
  });

  it('refuses what waits when the process stops', async () => {
    const callers = callersWho();
    callers.come();
    const pace = new Pace(callers, 0.1);
    const running = pace.do('acme', () => Promise.resolve('done'));
    const waiting = pace.do('acme', () => Promise.resolve('never'));
    pace.stop();
    expect(await Promise.all([running, waiting])).toEqual(['done', undefined]);
  });
});
