import { BrokerClock } from './broker-clock.js';

describe('BrokerClock', () => {
  /** A broker that is `aheadMs` ahead and takes `thereMs` and `backMs` to be asked. */
  function clocks() {
    const state = { nowMs: 1_000_000, aheadMs: 0, thereMs: 1, backMs: 1 };
    const ask = () => {
      const at = state.nowMs + state.thereMs + state.aheadMs;
      state.nowMs += state.thereMs + state.backMs;
      return Promise.resolve(at);
    };
    return { state, clock: new BrokerClock(ask, () => state.nowMs) };
  }

  it('converts times both ways', async () => {
    const { state, clock } = clocks();
    state.aheadMs = -3_600_000;
    await clock.compare();
    expect(clock.toBroker(5_000_000)).toBe(1_400_000);
    expect(clock.fromBroker(1_400_000)).toBe(5_000_000);
  });

  it('keeps a good comparison when the next one takes long, in one direction', async () => {
    const { state, clock } = clocks();
    state.aheadMs = 500;
    await clock.compare();
    Object.assign(state, { thereMs: 800, backMs: 0 });
    await clock.compare();
    expect(clock.toBroker(0)).toBe(500);
  });

  it('follows the clock of the broker when that is set', async () => {
    const { state, clock } = clocks();
    await clock.compare();
    Object.assign(state, { aheadMs: 3_600_000, thereMs: 50, backMs: 50 });
    await clock.compare();
    expect(clock.toBroker(0)).toBe(3_600_000);
  });

  it('rejects, and changes nothing, when the broker cannot be asked', async () => {
    const clock = new BrokerClock(() => Promise.reject(new Error('away')));
    await expect(clock.compare()).rejects.toThrow('away');
    expect(clock.toBroker(7)).toBe(7);
  });
});
