/** Recorded prompts as arrivals in virtual time. */
import { kilocharsOf, prefixOf } from '@llmos/mesh';
import { readFileSync } from 'node:fs';
import { FIXED_MS, TOKENS_PER_MS, type Arrival } from './replicas-in-time.ts';

/** Of the Mooncake traces. */
const BLOCK_TOKENS = 512;
const QUANTUM_MS = 3_000;

interface Row {
  readonly timestamp: number;
  readonly input_length: number;
  readonly hash_ids: readonly number[];
}

/**
 * Mooncake: a line of JSON for each request; equal ids are equal blocks after equal beginnings. Its times are multiples of
 * three seconds: the requests of one time are spread evenly until the next.
 */
export function mooncake(file: string): Arrival[] {
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  const times = [...new Set(rows.map(({ timestamp }) => timestamp))].sort((a, b) => a - b);
  const next = new Map(times.map((time, n) => [time, times[n + 1] ?? time + QUANTUM_MS]));
  const together = new Map<number, number>();
  for (const { timestamp } of rows) together.set(timestamp, (together.get(timestamp) ?? 0) + 1);
  const before = new Map<number, number>();
  return rows.map(({ timestamp, input_length, hash_ids }) => {
    const place = before.get(timestamp) ?? 0;
    before.set(timestamp, place + 1);
    const untilMs = Math.min(next.get(timestamp)!, timestamp + QUANTUM_MS);
    const atMs = timestamp + ((untilMs - timestamp) * place) / together.get(timestamp)!;
    const last = input_length - BLOCK_TOKENS * (hash_ids.length - 1);
    const blocks = hash_ids.map((id, n) => `${id}`.padEnd(n === hash_ids.length - 1 ? last : BLOCK_TOKENS));
    return { atMs, tenant: 'one', prefix: prefixOf('one', ['prompt'], { prompt: blocks }) };
  });
}

/** Azure: times and numbers of tokens; nothing says which prompts begin alike. */
export function azure(file: string): Arrival[] {
  const [, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const rows = lines.map((line) => line.split(','));
  const startMs = Date.parse(`${rows[0]![0]!.slice(0, 23).replace(' ', 'T')}Z`);
  return rows.map(([time = '', tokens = '0'], n) => ({
    atMs: Date.parse(`${time.slice(0, 23).replace(' ', 'T')}Z`) - startMs,
    tenant: 'one',
    prefix: [{ key: `azure ${n}`, kilochars: Number(tokens) / 1_000 }],
  }));
}

/** The same arrivals, faster or slower, so that replicas that keep nothing are busy for `share` of the time. */
export function atLoad(arrivals: readonly Arrival[], count: number, share: number): Arrival[] {
  const workMs = arrivals.reduce(
    (sum, { prefix }) => sum + FIXED_MS + (kilocharsOf(prefix) * 1_000) / TOKENS_PER_MS,
    0,
  );
  const speed = (share * count * arrivals.at(-1)!.atMs) / workMs;
  return arrivals.map((arrival) => ({ ...arrival, atMs: arrival.atMs / speed }));
}
