/**
 * Replicas on one machine: what callers of customer_service see while every process is replaced and while a replica is
 * killed, the memory of each replica, and the throughput of two processes of generation beside one.
 *
 *   node test/bench/replicas.bench.ts [--only restart|kill|throughput] [--callers <n>] [--seconds <n>]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startInstance, type Instance } from '../e2e/instance.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    callers: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '40' },
  },
});
const CALLERS = Number(values.callers);
const SECONDS = Number(values.seconds);
const KILL_CALLS = 180;
const QUESTION = { text: 'How do I change my PIN?' };

interface Seen {
  readonly outcome: string;
  readonly waitedMs: number;
}

async function ask(instance: Instance): Promise<Seen> {
  const from = performance.now();
  const outcome = await instance.ask(QUESTION).then(
    ({ status, body: { error, details } }) => {
      const degraded = (details?.['degraded'] as string[] | undefined) ?? [];
      if (error) return `${status} ${error.code}`;
      return degraded.length > 0 ? `${status} without ${degraded.join(', ')}` : `${status}`;
    },
    (error: Error) => String(error.cause ?? error),
  );
  return { outcome, waitedMs: performance.now() - from };
}

/** Callers ask until `during` has happened and at least `calls` were answered. */
async function underLoad(instance: Instance, calls: number, during: () => Promise<unknown>): Promise<Seen[]> {
  const seen: Seen[] = [];
  let isOver = false;
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!isOver || seen.length < calls) seen.push(await ask(instance));
  });
  await during().finally(() => (isOver = true));
  await Promise.all(callers);
  return seen;
}

function report(what: string, seen: readonly Seen[], seconds: number): void {
  const waits = seen.map(({ waitedMs }) => waitedMs).sort((a, b) => a - b);
  const at = (share: number) => `${(waits[Math.floor(share * (waits.length - 1))]! / 1_000).toFixed(2)} s`;
  const counts = Map.groupBy(seen, ({ outcome }) => outcome);
  const failed = seen.filter(({ outcome }) => !outcome.startsWith('200')).length;
  console.log(
    `${what}: ${seconds.toFixed(0)} s, ${seen.length} calls, ${failed} failed; p50 ${at(0.5)}, longest ${at(1)}`,
  );
  for (const [outcome, of] of counts) console.log(`  ${of.length} × ${outcome}`);
}

async function llmos(instance: Instance, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, ['llmos.mjs', ...args], {
    env: { ...process.env, LLMOS_HOME: instance.home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0 && args[0] !== 'status') throw new Error(`llmos ${args.join(' ')} ended with ${code}\n${output}`);
  return output;
}

async function whole(instance: Instance): Promise<void> {
  while ((await ask(instance)).outcome !== '200') await new Promise((resolve) => setTimeout(resolve, 200));
}

async function showMemory(instance: Instance): Promise<void> {
  const { services } = JSON.parse(await llmos(instance, 'status', '--json')) as {
    services: { name: string; memoryBytes: number }[];
  };
  console.log('memory (resident; files that are mapped, such as models, are counted in each process):');
  for (const { name, memoryBytes } of services) console.log(`  ${name} ${Math.round(memoryBytes / 1e6)} MB`);
}

async function restart(instance: Instance): Promise<void> {
  const from = performance.now();
  const seen = await underLoad(instance, 60, () => llmos(instance, 'restart'));
  report('every process replaced', seen, (performance.now() - from) / 1_000);
}

async function kill(instance: Instance): Promise<void> {
  await llmos(instance, 'scale', 'intent=2', 'retrieval=2', 'security=2');
  await whole(instance);
  await showMemory(instance);
  for (const name of ['intent-2', 'retrieval-2', 'security-2']) {
    const from = performance.now();
    const seen = await underLoad(instance, KILL_CALLS, async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      process.kill(instance.state().services.find((each) => each.name === name)!.pid, 'SIGKILL');
    });
    report(`${name} killed`, seen, (performance.now() - from) / 1_000);
  }
  await llmos(instance, 'scale', 'intent=1', 'retrieval=1', 'security=1');
}

async function throughput(instance: Instance): Promise<void> {
  for (const count of [1, 2]) {
    await llmos(instance, 'scale', `generation=${count}`);
    await whole(instance);
    const seen = await underLoad(instance, 0, () => new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000)));
    report(`generation=${count}`, seen, SECONDS);
  }
  await llmos(instance, 'scale', 'generation=1');
}

const phrasing = { LLMOS_GENERATION_PHRASING: 'on' };
const parts: [string, Record<string, string>, (instance: Instance) => Promise<void>][] = [
  ['restart', {}, restart],
  ['kill', {}, kill],
  ['throughput', phrasing, throughput],
];
const load = () => loadavg()[0]!.toFixed(1);
console.log(`${availableParallelism()} processors, load ${load()} before the start, ${CALLERS} callers`);
for (const [name, environment, measure] of parts.filter(([each]) => !values.only || each === values.only)) {
  const instance = await startInstance(environment);
  try {
    await whole(instance);
    await measure(instance);
    console.log(`(${name}: load ${load()} at the end)\n`);
  } finally {
    await instance.stop();
  }
}
