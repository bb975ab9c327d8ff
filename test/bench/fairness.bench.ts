/**
 * What the work of another tenant does to a caller.
 *
 *   node test/bench/fairness.bench.ts tenants    six tenants of a service with a fixed cost, one of them greedy
 *   node test/bench/fairness.bench.ts instance   a caller of customer_service beside 24 background runs of another tenant
 */
import { setTimeout as pause } from 'node:timers/promises';
import { startInstance } from '../e2e/instance.ts';
import { exponential, FixedCost, quantile } from './fixed-cost.ts';

const SECONDS = 8;
/** Alone and beside in turns: what else the machine does changes. */
const ROUNDS = 4;
const PLACES = 8;
const COST_MS = 200;
const POLITE = ['anna', 'bert', 'cleo', 'dora', 'emil'];
const GREEDY = 'greedy';
/** Calls of the greedy tenant that are always in progress. */
const GREEDY_CALLS = 96;
const BETWEEN_POLITE_MS = 600;
const BACKGROUND_RUNS = 24;
const ASKED = 40;

interface Round {
  readonly waits: ReadonlyMap<string, readonly number[]>;
  /** Of the replies to the greedy tenant. */
  readonly statuses: ReadonlyMap<number, number>;
  readonly perSecond: number;
}

function together(rounds: readonly Round[]): Round {
  const statuses = new Map<number, number>();
  for (const round of rounds)
    for (const [status, count] of round.statuses) statuses.set(status, (statuses.get(status) ?? 0) + count);
  return {
    waits: new Map(POLITE.map((tenant) => [tenant, rounds.flatMap(({ waits }) => waits.get(tenant)!)])),
    statuses,
    perSecond: rounds.reduce((sum, { perSecond }) => sum + perSecond, 0) / rounds.length,
  };
}

const ms = (value: number) => `${value.toFixed(0)} ms`;

/** Five tenants with a call every 600 ms each on average, alone and beside one that always has 96 calls in progress. */
export async function sixTenants(seconds = SECONDS) {
  const system = await FixedCost.start({
    places: PLACES,
    costMs: COST_MS,
    deadlineMs: 30_000,
    tenants: [...POLITE, GREEDY],
  });
  try {
    const round = async (withGreedy: boolean): Promise<Round> => {
      const waits = new Map(POLITE.map((tenant) => [tenant, [] as number[]]));
      const statuses = new Map<number, number>();
      const endsAt = performance.now() + seconds * 1_000;
      const before = system.done();
      const polite = async (tenant: string) => {
        const calls: Promise<void>[] = [];
        while (performance.now() < endsAt) {
          await pause(exponential(BETWEEN_POLITE_MS));
          calls.push(
            system.send(tenant).then((sent) => {
              waits.get(tenant)!.push(sent.status === 200 ? sent.ms : Infinity);
            }),
          );
        }
        await Promise.all(calls);
      };
      const greedy = async () => {
        while (performance.now() < endsAt) {
          const { status } = await system.send(GREEDY);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (status !== 200) await pause(100);
        }
      };
      const loops = withGreedy ? Array.from({ length: GREEDY_CALLS }, greedy) : [];
      // The greedy tenant comes first: the others find everything taken.
      if (withGreedy) await pause(500);
      await Promise.all([...POLITE.map(polite), ...loops]);
      return { waits, statuses, perSecond: (system.done() - before) / seconds };
    };
    await round(true);
    const rounds = { alone: [] as Round[], beside: [] as Round[] };
    for (let n = 0; n < ROUNDS; n++) {
      rounds.alone.push(await round(false));
      rounds.beside.push(await round(true));
    }
    const [alone, beside] = [rounds.alone, rounds.beside].map(together) as [Round, Round];
    const p95 = ({ waits }: Round, tenant: string) => quantile(waits.get(tenant)!, 0.95);
    const ratios = POLITE.map((tenant) => p95(beside, tenant) / p95(alone, tenant));
    for (const [n, tenant] of POLITE.entries())
      console.log(
        `${tenant}: p95 ${ms(p95(alone, tenant))} alone, ${ms(p95(beside, tenant))} beside, ${ratios[n]!.toFixed(2)}x`,
      );
    console.log(
      `greedy: ${[...beside.statuses].map(([status, count]) => `${count} x ${status}`).join(', ')}; ` +
        `${beside.perSecond.toFixed(0)} runs/s of all, at most ${((PLACES / COST_MS) * 1_000).toFixed(0)}`,
    );
    return { worstRatio: Math.max(...ratios), runsPerSecond: beside.perSecond };
  } finally {
    await system.stop();
  }
}

/** A caller who asks one question after the other, alone and beside the background runs of another tenant. */
async function instance() {
  const keys = { polite: 'k-polite', greedy: 'k-greedy' };
  const own = await startInstance({ LLMOS_API_KEYS: `${keys.polite}:polite,${keys.greedy}:greedy` });
  const post = async (path: string, key: string, body: object) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    const from = performance.now();
    const response = await fetch(own.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    const waitedMs = performance.now() - from;
    return { ms: waitedMs, body: JSON.parse(text) as { run_id: string; status: string } };
  };
  const question = { name: 'customer_service', text: 'How do I change my PIN?' };
  const ask = async (count: number) => {
    const waits: number[] = [];
    for (let n = 0; n < count; n++) {
      await pause(exponential(300));
      waits.push((await post('/serving/process', keys.polite, question)).ms);
    }
    return waits;
  };
  let running = true;
  let done = 0;
  const background = async (n: number) => {
    while (running) {
      const { body } = await post('/v1/runs', keys.greedy, { ...question, text: `${question.text} ${n}` });
      const follow = { headers: { authorization: `Bearer ${keys.greedy}` } };
      await (await fetch(`${own.url}/v1/runs/${body.run_id}/stream`, follow)).text();
      done++;
    }
  };
  try {
    await ask(10);
    const alone = await ask(ASKED);
    const runs = Array.from({ length: BACKGROUND_RUNS }, (_, n) => background(n));
    await pause(3_000);
    const [from, before] = [performance.now(), done];
    const beside = await ask(ASKED);
    const besideRate = ((done - before) / (performance.now() - from)) * 1_000;
    const restFrom = performance.now();
    const beforeRest = done;
    await pause(5_000);
    const restRate = ((done - beforeRest) / (performance.now() - restFrom)) * 1_000;
    running = false;
    await Promise.all(runs);
    for (const [name, waits] of Object.entries({ alone, beside }))
      console.log(
        `${name}: p50 ${ms(quantile(waits, 0.5))}, p95 ${ms(quantile(waits, 0.95))}, most ${ms(Math.max(...waits))}`,
      );
    console.log(`p95 ${(quantile(beside, 0.95) / quantile(alone, 0.95)).toFixed(2)}x`);
    console.log(`background runs a second: ${besideRate.toFixed(1)} beside the caller, ${restRate.toFixed(1)} without`);
  } finally {
    running = false;
    await own.stop();
  }
}

if (import.meta.main) {
  const parts = process.argv.slice(2);
  if (parts.length === 0 || parts.includes('tenants')) await sixTenants();
  if (parts.length === 0 || parts.includes('instance')) await instance();
}
