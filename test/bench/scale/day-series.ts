import { seededRandom } from '@llmos/learning';

interface DaySeries {
  readonly file: string;
  /** Of one count. */
  readonly binSeconds: number;
  readonly bins: number;
  /** Requests for each that was counted. */
  readonly scale: number;
  /** Assumed: mean work of a request, distributed exponentially. */
  readonly serviceSeconds: number;
}

/**
 * Counts of the Numenta Anomaly Benchmark with a rhythm of days: requests at a load balancer of AWS, passengers of New York's
 * taxis, and mentions of a company on Twitter. The first was looked at while the forecast was built, the others were not tuned on.
 */
export const DAY_SERIES: readonly DaySeries[] = [
  { file: 'elb_request_count_8c0756.csv', binSeconds: 300, bins: 14 * 288, scale: 1, serviceSeconds: 60 },
  { file: 'nyc_taxi.csv', binSeconds: 1_800, bins: 28 * 48, scale: 0.01, serviceSeconds: 120 },
  { file: 'Twitter_volume_AMZN.csv', binSeconds: 300, bins: 14 * 288, scale: 1, serviceSeconds: 60 },
];

/** Requests of a Poisson process whose rate follows the counts (a process of rate 1, stretched in time). Seeded. */
export function dayTrace(text: string, { binSeconds, bins, scale, serviceSeconds }: DaySeries) {
  const lines = text
    .trim()
    .split(/\r?\n/)
    .slice(1, bins + 1);
  const random = seededRandom(1);
  const exponential = () => -Math.log(1 - random());
  const [arrivalsMs, servicesMs]: [number[], number[]] = [[], []];
  let [next, before] = [exponential(), 0];
  lines.forEach((line, bin) => {
    const expected = Number(line.split(',')[1]) * scale;
    for (; next <= before + expected; next += exponential()) {
      arrivalsMs.push(Math.round((bin + (next - before) / expected) * binSeconds * 1_000));
      servicesMs.push(Math.round(serviceSeconds * 1_000 * exponential()));
    }
    before += expected;
  });
  return { arrivalsMs, servicesMs };
}
