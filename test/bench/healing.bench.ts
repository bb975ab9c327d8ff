/**
 * Faults in real processes: how soon the scheduler finds them by the thresholds of this repository, what it does, and when all is
 * well again. After a build, with Node 24:
 *
 *     node test/bench/healing.bench.ts [leak] [stuck] [errors] [slow]    by default all; `slow` needs ten minutes to know what is usual
 *
 * Each fault has a service with one process under a few calls a second; this process keeps them running, as a supervisor does.
 */
import type { Action, Alert } from '@llmos/contracts/capabilities/scheduler-alerts';
import { Bus, MeshClient, RunRecords } from '@llmos/mesh';
import { startNatsServer, startServiceProcess } from '@llmos/testing';
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { FAULTS, pipelineOf, serviceWith, type Fault } from './healing/faulty-services.ts';

const SERVICE = new URL('./healing/faulty-service.ts', import.meta.url).pathname;
const THRESHOLDS = new URL('../../deploy/thresholds.yaml', import.meta.url);
const CALL_EVERY_MS = 250;
/** A process counts as leaking after three minutes, and a figure is usual after ten. */
const WARM_MS = { leak: 200_000, stuck: 90_000, errors: 90_000, slow: 640_000 };
const WATCHED_MS = 150_000;

const chosen = FAULTS.filter((fault) => process.argv.length < 3 || process.argv.includes(fault));
const folder = mkdtempSync(join(tmpdir(), 'llmos-healing-'));
const thresholds = join(folder, 'thresholds.yaml');
// The model that becomes slow has a fallback here.
writeFileSync(
  thresholds,
  readFileSync(THRESHOLDS, 'utf8').replace(/(alert: HandlerSlow[^]*?action: )page/, '$1open_breaker'),
);
const nats = await startNatsServer();
const scheduler = await startServiceProcess({
  ...{ app: 'scheduler', natsUrl: nats.url },
  env: { LLMOS_SCHEDULER_ACTIONS: 'on', LLMOS_SCHEDULER_THRESHOLDS: thresholds },
});
const bus = await Bus.connect({ url: nats.url, service: 'bench' });
const client = new MeshClient(bus, await RunRecords.open(bus));
let isOver = false;

interface Seen {
  readonly atMs: number;
  readonly of: string;
  readonly what: string;
}
const seen: Seen[] = [];
const note = (service: string, of: string, what: string) =>
  seen.push({ atMs: performance.now(), of: service, what: `${what} (${of})` });
bus.nc.subscribe('llmos.out.system.alerts', {
  callback: (_, message) => {
    for (const { alert, name, service, state } of message.json<{ alerts: Alert[] }>().alerts)
      note(service, name, `${alert} ${state}`);
  },
});
bus.nc.subscribe('llmos.out.system.actions', {
  callback: (_, message) => {
    const { action, target, service, outcome } = message.json<Action>();
    note(service, target, `${action} ${outcome}`);
  },
});

const children = new Map<string, ChildProcess>();
function keep(service: string): void {
  const env = { ...process.env, LLMOS_NATS_URL: nats.url, LLMOS_LOG_LEVEL: 'silent', LLMOS_EXIT_WITH_PARENT: '1' };
  const child = fork(SERVICE, [service], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  children.set(service, child);
  child.once('exit', () => isOver || keep(service));
}

/** Calls that got no answer, or the fallback, by when they began. */
const bad: { readonly of: string; readonly atMs: number }[] = [];
async function call(service: string): Promise<void> {
  const atMs = performance.now();
  const context = { run: client.newRun(), tenant: 'bench', lane: 'live', deadlineMs: Date.now() + 20_000 } as const;
  const request = { ...context, pipeline: pipelineOf(service), input: { text: 'hi' }, traceparent: undefined };
  const answer = await client.converse(request, () => undefined, AbortSignal.timeout(25_000)).catch(() => undefined);
  if (answer?.type !== 'completed' || answer.result !== 'hi') bad.push({ of: service, atMs });
}

async function tryFault(fault: Fault): Promise<object> {
  const service = serviceWith(fault);
  keep(service);
  const calls = setInterval(() => void call(service), CALL_EVERY_MS);
  await pause(WARM_MS[fault]);
  const before = seen.filter(({ of }) => of === service).map(({ what }) => what);
  const plantedMs = performance.now();
  children.get(service)!.send({ fault });
  await pause(WATCHED_MS);
  clearInterval(calls);
  const since = (atMs: number) => Number(((atMs - plantedMs) / 1_000).toFixed(1));
  const own = seen.filter(({ of, atMs }) => of === service && atMs >= plantedMs);
  const badOnes = bad.filter(({ of, atMs }) => of === service && atMs >= plantedMs);
  return {
    ...{ fault, before },
    seen: own.map(({ atMs, what }) => `${since(atMs)} s: ${what}`),
    badCalls: badOnes.length,
    calls: Math.round(WATCHED_MS / CALL_EVERY_MS),
    lastBadSeconds: badOnes.length > 0 ? since(badOnes.at(-1)!.atMs) : undefined,
  };
}

const results = await Promise.all(chosen.map(tryFault));
console.log(JSON.stringify(results, undefined, 2));
isOver = true;
for (const child of children.values()) child.kill('SIGKILL');
await bus.close(0);
await scheduler.stop();
await nats.stop();
rmSync(folder, { recursive: true });
process.exit(0);
