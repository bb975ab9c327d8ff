/**
 * Preloaded into a process (`--import`): its time of day is TEST_CLOCK_AHEAD_MS ahead of the machine's, and by another hour
 * with each SIGUSR2.
 */
const HOUR_MS = 3_600_000;
const RealDate = Date;
let aheadMs = Number(process.env['TEST_CLOCK_AHEAD_MS'] ?? 0);

class OwnDate extends RealDate {
  constructor(...values: [] | [number | string | Date]) {
    super(...((values.length === 0 ? [OwnDate.now()] : values) as [number]));
  }

  static override now(): number {
    return RealDate.now() + aheadMs;
  }
}

globalThis.Date = OwnDate as DateConstructor;
Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + aheadMs });
process.on('SIGUSR2', () => (aheadMs += HOUR_MS));
