/**
 * What waiting callers of customer_service see when a service that works on their runs, or the broker, is killed or
 * frozen: the longest wait of each kind of caller, and what was answered.
 *
 *   node test/bench/live-callers.bench.ts [--only kill|freeze|broker] [--service <name>] [--times <n>]
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { startInstance, type Instance } from '../e2e/instance.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, service: { type: 'string' }, times: { type: 'string', default: '3' } },
});
const TIMES = Number(values.times);
const SERVICES = ['conversation', 'intent', 'retrieval', 'security', 'generation'];
const QUESTION = { text: 'How do I change my PIN?' };

interface Fault {
  readonly name: string;
  strike(): void;
  heal?(): void;
}

interface Seen {
  readonly waitedMs: number;
  readonly outcome: string;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function ask(instance: Instance): Promise<Seen> {
  const from = performance.now();
  const outcome = await instance.ask(QUESTION).then(
    ({ status, body: { error, details } }) => {
      const degraded = (details?.['degraded'] as string[] | undefined) ?? [];
      if (error) return `${status} ${error.code}`;
      return degraded.length > 0 ? `${status} without ${degraded.join(', ')}` : String(status);
    },
    (error: Error) => error.message,
  );
  return { waitedMs: Math.round(performance.now() - from), outcome };
}

async function allReady(instance: Instance): Promise<void> {
  while ((await ask(instance)).outcome !== '200') await pause(100);
}

/** Four callers are in flight, one asks right after the fault, one 1.5 seconds later. */
async function strike(instance: Instance, fault: Fault): Promise<{ callers: Seen[][]; wholeMs: number }> {
  await allReady(instance);
  const inFlight = Array.from({ length: 4 }, (_, n) => pause(n * 12).then(() => ask(instance)));
  await pause(30);
  const struckAt = performance.now();
  fault.strike();
  await pause(50);
  const after = ask(instance);
  await pause(1_500);
  const callers = await Promise.all([Promise.all(inFlight), Promise.all([after]), Promise.all([ask(instance)])]);
  fault.heal?.();
  await allReady(instance);
  return { callers, wholeMs: Math.round(performance.now() - struckAt) };
}

async function tryFault(instance: Instance, fault: Fault): Promise<void> {
  const strikes: Awaited<ReturnType<typeof strike>>[] = [];
  for (let n = 0; n < TIMES; n++) strikes.push(await strike(instance, fault));
  const worst = [0, 1, 2].map((kind) =>
    strikes.flatMap(({ callers }) => callers[kind]!).reduce((a, b) => (b.waitedMs > a.waitedMs ? b : a)),
  );
  const cells = worst.map(({ waitedMs, outcome }) => `${(waitedMs / 1_000).toFixed(1)} s, ${outcome}`);
  const whole = Math.max(...strikes.map(({ wholeMs }) => wholeMs));
  console.log(`| ${[fault.name, ...cells, `${(whole / 1_000).toFixed(1)} s`].join(' | ')} |`);
}

const instance = await startInstance();
const pidOf = (name: string) => instance.state().services.find((each) => each.name === name)!.pid;
const brokerPid = () =>
  Number(execFileSync('pgrep', ['-f', `^[^ ]*nats-server .*${instance.home}`], { encoding: 'utf8' }).split('\n')[0]);

function faultsOf(service: string): Fault[] {
  let frozen = 0;
  return [
    { name: `kill ${service}`, strike: () => void process.kill(pidOf(service), 'SIGKILL') },
    {
      name: `freeze ${service}`,
      strike: () => void process.kill((frozen = pidOf(service)), 'SIGSTOP'),
      heal: () => void process.kill(frozen, 'SIGCONT'),
    },
  ];
}

const faults: Fault[] = [
  ...SERVICES.filter((name) => !values.service || name === values.service).flatMap(faultsOf),
  { name: 'kill broker', strike: () => void process.kill(brokerPid(), 'SIGKILL') },
  {
    name: 'kill retrieval and broker',
    strike: () => {
      process.kill(pidOf('retrieval'), 'SIGKILL');
      process.kill(brokerPid(), 'SIGKILL');
    },
  },
];
try {
  console.log('| fault | callers in flight | asked right after | 1.5 s later | whole again |');
  console.log('| --- | --- | --- | --- | --- |');
  for (const fault of faults.filter(({ name }) => !values.only || name.includes(values.only)))
    await tryFault(instance, fault);
} finally {
  await instance.stop();
}
