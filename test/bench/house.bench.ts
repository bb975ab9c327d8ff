import { EVENT_LOOP_SAMPLE_MS } from '@llmos/telemetry';
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QUESTIONS, startInstance, type Instance } from '../e2e/instance.ts';

const TURNS = 120;
const WARM_UP = 20;
const ANSWERS = 308;
const IDLE_SECONDS = 15;

export interface HouseFigures {
  /** Cost of the mesh for a voice turn: the gateway's total minus the sum of the handlers' times, in milliseconds. */
  readonly turn: {
    readonly n: number;
    readonly meshP50Ms: number;
    readonly meshP99Ms: number;
    readonly totalP50Ms: number;
  };
  /** Largest delay of any service's event loop (p99) while the turns ran, in milliseconds. */
  readonly eventLoopP99Ms: Readonly<Record<string, number>>;
  /** Resident memory after the load, in megabytes, of each process and of all. */
  readonly residentMb: Readonly<Record<string, number>>;
  /** CPU of all processes without requests, in percent of one core. */
  readonly idleCpuPercent: number;
  /** The output of `llmos eval answers --json` for questions of real bank customers. */
  readonly answers: Readonly<Record<string, number>>;
}

/** Measures a complete instance as `llmos up` runs it: cost of a turn, memory, idle CPU, quality of the answers. */
export async function benchHouse(): Promise<HouseFigures> {
  const instance = await startInstance();
  try {
    for (let i = 0; i < WARM_UP; i++) await turn(instance, i);
    await resetLags(instance);
    const turns: { meshMs: number; totalMs: number }[] = [];
    for (let i = 0; i < TURNS; i++) turns.push(await turn(instance, i));
    const eventLoopP99Ms = await lags(instance);
    const answers = await evaluateAnswers(instance);
    const residentMb = residentMemory(instance);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    return {
      turn: {
        n: TURNS,
        meshP50Ms: quantile(
          turns.map(({ meshMs }) => meshMs),
          0.5,
        ),
        meshP99Ms: quantile(
          turns.map(({ meshMs }) => meshMs),
          0.99,
        ),
        totalP50Ms: quantile(
          turns.map(({ totalMs }) => totalMs),
          0.5,
        ),
      },
      eventLoopP99Ms,
      residentMb,
      idleCpuPercent: await idleCpu(instance),
      answers,
    };
  } finally {
    await instance.stop();
  }
}

async function turn(instance: Instance, i: number): Promise<{ meshMs: number; totalMs: number }> {
  const { audio } = QUESTIONS[i % QUESTIONS.length]!;
  const form = new FormData();
  form.set('name', 'customer_service');
  form.set('audio', new Blob([new Uint8Array(audio)]), 'question.wav');
  const { status, body } = await instance.post('/serving/process', form);
  if (status !== 200) throw new Error(`a turn was answered with ${status}: ${JSON.stringify(body)}`);
  const { totalMs, timings } = body.details as { totalMs: number; timings: { handlerMs: number }[] };
  return { totalMs, meshMs: totalMs - timings.reduce((sum, { handlerMs }) => sum + handlerMs, 0) };
}

const metricsOf = async (url: string) => (await fetch(`${url}/metrics`)).text();

/** Reading the metrics resets the histogram of the event loop. */
async function resetLags(instance: Instance): Promise<void> {
  for (const { url } of instance.state().services) if (url) await metricsOf(url);
}

async function lags(instance: Instance): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { name, url } of instance.state().services) {
    const match = url && /nodejs_eventloop_lag_p99_seconds\{[^}]*\} ([\d.e-]+)/.exec(await metricsOf(url));
    if (match) found[name] = Number(match[1]) * 1_000 - EVENT_LOOP_SAMPLE_MS;
  }
  return found;
}

function processes(instance: Instance): { name: string; pid: number }[] {
  const { pid, services } = instance.state();
  const nats = execFileSync('pgrep', ['-f', `nats-server.*${instance.home}`], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line, i) => ({ name: `nats-server${i || ''}`, pid: Number(line) }));
  return [{ name: 'llmos up', pid }, ...services, ...nats];
}

function residentMemory(instance: Instance): Record<string, number> {
  const each = processes(instance).flatMap(({ name, pid }) => {
    const match = /VmRSS:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`));
    return match ? [[name, Math.round(Number(match[1]) / 1_024)] as const] : [];
  });
  return { ...Object.fromEntries(each), all: each.reduce((sum, [, megabytes]) => sum + megabytes, 0) };
}

async function idleCpu(instance: Instance): Promise<number> {
  const ticks = () =>
    processes(instance).reduce((sum, { pid }) => {
      const fields = read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
      return sum + Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
    }, 0);
  const before = ticks();
  await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1_000));
  // USER_HZ is 100 on every Linux that Node runs on.
  return (ticks() - before) / IDLE_SECONDS;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The last four questions of each of the 77 intents. */
async function evaluateAnswers(instance: Instance): Promise<Record<string, number>> {
  const lines = readFileSync('apps/intent/training/banking77-train.csv', 'utf8').trim().split('\n').slice(1);
  const byIntent = new Map<string, string[]>();
  for (const line of lines) {
    const match = /^(?:"((?:[^"]|"")*)"|([^",]*)),([^,]+?)\r?$/.exec(line);
    if (match)
      byIntent.set(match[3]!, [
        ...(byIntent.get(match[3]!) ?? []),
        (match[1] ?? match[2]!).replaceAll('""', '"').trim(),
      ]);
  }
  const questions = [...byIntent]
    .flatMap(([intent, texts]) => texts.slice(-4).map((question) => ({ question, intent })))
    .slice(0, ANSWERS);
  const file = join(instance.home, 'questions.jsonl');
  writeFileSync(file, questions.map((question) => JSON.stringify(question)).join('\n'));
  const child = spawn(
    process.execPath,
    ['llmos.mjs', 'eval', 'answers', '--data', file, '--json', '--url', instance.url],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(output) as Record<string, number>;
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await benchHouse(), null, 2)}\n`);
