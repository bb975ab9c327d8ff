import { seededRandom } from '@llmos/learning';
import { Forecast } from './forecast.js';
import { Seasonal } from './seasonal.js';

const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];
/** A day with a quiet night: 10 ± 8. */
const daily = (at: number) => 10 - 8 * Math.cos((2 * Math.PI * at) / DAY);

/** The root of the mean square by which forecasts of the last day are off, of five days that are heard each minute. */
function offBy(seasonSeconds: number, noise: number, figure: (at: number) => number) {
  const forecast = new Forecast({ periodSeconds: MINUTE, aheadSeconds: HOUR, seasonSeconds });
  const random = seededRandom(1);
  const due = new Map<number, number>();
  const [offs, within]: [number[], boolean[]] = [[], []];
  for (let at = 0; at < 5 * DAY; at += MINUTE) {
    const value = figure(at) + noise * (random() + random() + random() - 1.5) * 2;
    const { error } = forecast;
    due.set(at + forecast.aheadSeconds, forecast.next(at, value));
    if (at < 4 * DAY) continue;
    offs.push((value - due.get(at)!) ** 2);
    within.push(Math.abs(value - due.get(at)!) <= 2 * error);
  }
  const share = within.filter((inside) => inside).length / within.length;
  return { off: Math.sqrt(offs.reduce((sum, each) => sum + each, 0) / offs.length), share };
}

describe('A forecast with a season', () => {
  it('knows an hour before what a day that repeats brings, and its interval holds 95 of 100 values', () => {
    const seasonal = offBy(DAY, 1, daily);
    // The noise alone has a deviation of 1.
    expect(seasonal.off).toBeLessThan(1.15);
    expect(seasonal.off).toBeLessThan(0.7 * offBy(0, 1, daily).off);
    expect(seasonal.share).toBeGreaterThan(0.9);
    expect(seasonal.share).toBeLessThan(0.99);
  });

  it('follows a level that has moved, within a day', () => {
    const { off } = offBy(DAY, 1, (at) => daily(at) + (at > 3 * DAY ? 10 : 0));
    expect(off).toBeLessThan(2.5);
  });

  it('expects nothing during the first season, and what was there after it', () => {
    const seasonal = new Seasonal(DAY);
    for (let at = 0; at < DAY; at += MINUTE) {
      expect(seasonal.expected(at)).toBeUndefined();
      seasonal.hear(at, daily(at));
    }
    seasonal.hear(DAY, daily(DAY));
    for (let at = DAY; at < 2 * DAY; at += 10 * MINUTE)
      expect(Math.abs(seasonal.expected(at)! - daily(at))).toBeLessThan(0.1);
  });

  it('takes a place that it heard nothing of for like the one before', () => {
    const seasonal = new Seasonal(DAY);
    seasonal.hear(0, 4);
    seasonal.hear(2 * DAY, 4);
    expect(seasonal.expected(2 * DAY + HOUR)).toBeCloseTo(4, 9);
  });
});
