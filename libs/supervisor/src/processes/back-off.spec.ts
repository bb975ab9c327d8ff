import { BackOff } from './back-off.js';

describe('BackOff', () => {
  function backOff(random: number) {
    const clock = { ms: 0 };
    return {
      clock,
      back: new BackOff(
        () => clock.ms,
        () => random,
      ),
    };
  }

  it('doubles the delay up to the cap, with a jitter of at most half', () => {
    const { back } = backOff(1);
    const delays = Array.from({ length: 9 }, () => (back.started(), back.died().delayMs));
    expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    expect(backOff(0).back.died().delayMs).toBe(125);
  });

  it('reports a crash loop once, at the fifth death within a minute', () => {
    const { back, clock } = backOff(0.5);
    const reports = Array.from({ length: 8 }, () => {
      clock.ms += 3_000;
      return back.died().crashLoop;
    });
    expect(reports).toEqual([false, false, false, false, true, false, false, false]);
  });

  it('starts again at the first delay after a minute of uptime', () => {
    const { back, clock } = backOff(1);
    for (let death = 0; death < 6; death++) back.died();
    back.started();
    clock.ms += 60_000;
    expect(back.died()).toEqual({ delayMs: 250, crashLoop: false });
  });
});
