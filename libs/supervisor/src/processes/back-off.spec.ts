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

  /** Dies `deaths` times, each time after it has worked for `workedMs`. @returns the delays. */
  function lives({ back, clock }: ReturnType<typeof backOff>, deaths: number, workedMs: number, loadMs = 0): number[] {
    return Array.from({ length: deaths }, () => {
      back.started();
      clock.ms += loadMs;
      back.works();
      clock.ms += workedMs;
      const { delayMs } = back.died();
      clock.ms += delayMs;
      return delayMs;
    });
  }

  it('starts again at the first delay after ten seconds of work, however often before', () => {
    const own = backOff(1);
    expect(lives(own, 4, 100)).toEqual([250, 500, 1_000, 2_000]);
    own.clock.ms += 60_000;
    expect(lives(own, 6, 30_000)).toEqual([250, 250, 250, 250, 250, 250]);
  });

  it('goes on doubling for a process that dies sooner', () => {
    expect(lives(backOff(1), 6, 9_999)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000]);
  });

  it('does not count the time before the process works', () => {
    expect(lives(backOff(1), 4, 5_000, 20_000)).toEqual([250, 500, 1_000, 2_000]);
  });

  it('slows down a process that works for ten seconds and dies, again and again, to about five starts a minute', () => {
    const delays = lives(backOff(1), 40, 10_000);
    expect(delays.slice(0, 6)).toEqual([250, 250, 250, 250, 500, 1_000]);
    const minutes = delays.reduce((sum, delayMs) => sum + 10_000 + delayMs, 0) / 60_000;
    expect(40 / minutes).toBeLessThan(5.5);
  });

  it('reports a crash loop also of a process that works for ten seconds each time', () => {
    const { back, clock } = backOff(0);
    const reports = Array.from({ length: 7 }, () => {
      back.started();
      back.works();
      clock.ms += 10_000;
      return back.died().crashLoop;
    });
    expect(reports).toEqual([false, false, false, false, true, false, false]);
  });
});
