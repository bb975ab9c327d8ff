/**
 * What happens to callers when there is more work than the services can do: real HTTP requests at 1.4, 5 and 12 times the
 * capacity, each of use for one second, through a real gateway and broker to a service with a fixed cost.
 *
 *   node test/bench/overload.bench.ts
 */
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { exponential, FixedCost, quantile, type Sent } from './fixed-cost.ts';

const PLACES = 8;
const COST_MS = 200;
const CAPACITY = (PLACES / COST_MS) * 1_000;
const DEADLINE_MS = 1_000;
const SECONDS = 12;
/** The first seconds of a load are not counted. */
const WARM_UP_SECONDS = 2;
const TENANT = 'acme';

interface Load {
  readonly times: number;
  readonly goodPerSecond: number;
  readonly rejectP99Ms: number;
  readonly rejected: number;
  readonly late: number;
  readonly withoutRetryAfter: number;
  readonly backMs: number;
}

const system = await FixedCost.start({ places: PLACES, costMs: COST_MS, deadlineMs: 20_000, tenants: [TENANT] });
const headers = { 'x-llmos-deadline-ms': String(DEADLINE_MS) };

/** Requests come independently of each other and of their answers. */
async function load(times: number): Promise<Load> {
  const sent: (Sent & { readonly atMs: number })[] = [];
  const open = new Set<Promise<void>>();
  const from = performance.now();
  const endsAt = from + SECONDS * 1_000;
  let next = from;
  while (next < endsAt) {
    next += exponential(1_000 / (times * CAPACITY));
    const waitMs = next - performance.now();
    // A sender that is behind must let the replies in, and the service work: it is in the same process.
    await (waitMs > 1 ? pause(waitMs) : turn());
    const atMs = performance.now() - from;
    const call: Promise<void> = system.send(TENANT, headers).then((reply) => {
      sent.push({ ...reply, atMs });
      open.delete(call);
    });
    open.add(call);
  }
  const backMs = await untilBack();
  await Promise.all(open);
  const counted = sent.filter(({ atMs }) => atMs >= WARM_UP_SECONDS * 1_000);
  const good = counted.filter(({ status, ms }) => status === 200 && ms <= DEADLINE_MS * 1.05);
  const rejects = counted.filter(({ status }) => status === 503 || status === 429);
  return {
    times,
    goodPerSecond: good.length / (SECONDS - WARM_UP_SECONDS),
    rejectP99Ms: quantile(
      rejects.map(({ ms }) => ms),
      0.99,
    ),
    rejected: rejects.length,
    late: counted.length - good.length - rejects.length,
    withoutRetryAfter: rejects.filter(({ retryAfterSeconds }) => !(retryAfterSeconds >= 1)).length,
    backMs,
  };
}

/** How long after the load callers are served as if there had been none. */
async function untilBack(): Promise<number> {
  const from = performance.now();
  for (;;) {
    const at = performance.now();
    const { status, ms } = await system.send(TENANT, headers);
    if (status === 200 && ms < 2 * COST_MS) return at - from;
    await pause(20);
  }
}

try {
  console.log(`capacity ${CAPACITY} runs/s, deadline ${DEADLINE_MS} ms`);
  console.log('| load | answered in time, a second | rejected | p99 of a reject | late or 504 | back after |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const times of [0.9, 1.4, 5, 12]) {
    const seen = await load(times);
    console.log(
      `| ${times}x | ${seen.goodPerSecond.toFixed(1)} | ${seen.rejected} | ${seen.rejectP99Ms.toFixed(0)} ms | ` +
        `${seen.late} | ${(seen.backMs / 1_000).toFixed(2)} s |`,
    );
    if (seen.withoutRetryAfter > 0) console.log(`${seen.withoutRetryAfter} rejects without Retry-After`);
    await pause(2_000);
  }
} finally {
  await system.stop();
}
