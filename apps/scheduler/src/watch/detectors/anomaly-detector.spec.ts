import { seededRandom } from '@llmos/learning';
import { ALERT_SCORE, AnomalyDetector, SENSITIVE_SCORE } from './anomaly-detector.js';

const EVERY_SECONDS = 300;
const DAY = 86_400 / EVERY_SECONDS;

/** The points with an alert. */
function alertsOf(values: readonly number[], threshold = ALERT_SCORE): number[] {
  const detector = new AnomalyDetector();
  return values.flatMap((value, at) => (detector.next(value, at * EVERY_SECONDS).score >= threshold ? [at] : []));
}

/** A latency of some 100 ms with noise. */
function calm(points: number, seed = 1): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: points }, () => 100 + 5 * (random() + random() + random() + random() - 2));
}

/** Busy from 08:00 to 20:00. */
const withDays = (values: readonly number[]) =>
  values.map((value, at) => value + (at % DAY >= DAY / 3 && at % DAY < (5 * DAY) / 6 ? 50 : 0));

const between = (alerts: readonly number[], from: number, to: number) => alerts.filter((at) => at >= from && at < to);

describe('The anomaly detector', () => {
  it('finds a single outlier at once', () => {
    const values = calm(2_000);
    values[1_500] = 180;
    expect(between(alertsOf(values), 1_500, 1_501)).toEqual([1_500]);
  });

  it('finds a lasting change of the level within ten values, and tells it once or twice, not at every value', () => {
    const values = calm(2_000).map((value, at) => (at >= 1_500 ? value + 25 : value));
    const alerts = between(alertsOf(values), 1_500, 1_650);
    expect(alerts[0]).toBeLessThan(1_510);
    expect(alerts.length).toBeLessThan(5);
  });

  it('finds memory that grows slowly', () => {
    const values = calm(2_000).map((value, at) => value + Math.max(0, at - 1_500) * 0.2);
    expect(between(alertsOf(values), 1_500, 1_650)).not.toEqual([]);
  });

  it('finds a day without its busy hours when it is sensitive, though each value of it is usual', () => {
    const missing = [12 * DAY + DAY / 3, 12 * DAY + (5 * DAY) / 6] as const;
    const noise = calm(14 * DAY);
    const values = withDays(noise).map((value, at) => (at >= missing[0] && at < missing[1] ? noise[at]! : value));
    expect(between(alertsOf(values, SENSITIVE_SCORE), ...missing)).not.toEqual([]);
    expect(between(alertsOf(withDays(noise), SENSITIVE_SCORE), ...missing)).toEqual([]);
  });

  it('does not alert on mere noise in ten thousand values', () => {
    expect(between(alertsOf(calm(10_000)), 500, 10_000)).toEqual([]);
  });

  it('does not depend on the unit of the figure', () => {
    const values = calm(1_000, 7);
    values[800] = 200;
    expect(alertsOf(values.map((value) => value / 1_024))).toEqual(alertsOf(values));
  });

  it('is silent on a figure that never changes, and passes over what is no number', () => {
    expect(alertsOf(Array.from({ length: 2_000 }, (_, at) => (at % 7 === 0 ? NaN : 4)))).toEqual([]);
  });
});
