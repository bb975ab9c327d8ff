import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Call } from './engine.ts';

export interface Phases {
  readonly inFlight: number;
  readonly warmUpMs: number;
  /** With `inFlight` tasks at once. */
  readonly togetherMs: number;
  /** One task after the other. */
  readonly aloneMs: number;
  /** The server and the processes of the steps. */
  readonly pids: readonly number[];
}

export interface Figures {
  readonly tasksPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly aloneP50Ms: number;
  /** Processor time of server, steps and sender together, in microseconds. */
  readonly cpuUsPerTask: number;
  /** Flushes of all disks of the machine: other work counts too. */
  readonly flushesPerTask: number;
  readonly flushesPerTaskAlone: number;
}

/** 230 bytes as JSON. */
const textOf = (n: number): string => `${String(n).padStart(10, '0')}:${'x'.repeat(208)}`;

/** Keeps tasks in flight and counts those that end within a window, without a pause after the warm-up. */
export async function measure(call: Call, { inFlight, warmUpMs, togetherMs, aloneMs, pids }: Phases): Promise<Figures> {
  let next = 0;
  const one = async (): Promise<{ endedAt: number; tookMs: number }> => {
    const text = textOf(next++);
    const startedAt = performance.now();
    const answer = await call(text);
    if (answer !== text) throw new Error(`task ${text.slice(0, 10)} was answered with ${answer.slice(0, 80)}`);
    const endedAt = performance.now();
    return { endedAt, tookMs: endedAt - startedAt };
  };
  const ended: { endedAt: number; tookMs: number }[] = [];
  let isRunning = true;
  const loops = Array.from({ length: inFlight }, async () => {
    while (isRunning) ended.push(await one());
  });
  const all = Promise.all(loops);
  await Promise.race([pause(warmUpMs), all]);
  const processes = [process.pid, ...pids];
  const [fromMs, fromFlushes, fromCpuUs] = [performance.now(), diskFlushes(), cpuUsOf(processes)];
  await Promise.race([pause(togetherMs), all]);
  const [toMs, toFlushes, toCpuUs] = [performance.now(), diskFlushes(), cpuUsOf(processes)];
  isRunning = false;
  await all;
  const inside = ended.filter(({ endedAt }) => endedAt > fromMs && endedAt <= toMs).map(({ tookMs }) => tookMs);
  const alone: number[] = [];
  const beforeAlone = diskFlushes();
  for (const untilMs = performance.now() + aloneMs; performance.now() < untilMs;) alone.push((await one()).tookMs);
  return {
    tasksPerSecond: inside.length / ((toMs - fromMs) / 1_000),
    p50Ms: quantile(inside, 0.5),
    p99Ms: quantile(inside, 0.99),
    aloneP50Ms: quantile(alone, 0.5),
    cpuUsPerTask: (toCpuUs - fromCpuUs) / inside.length,
    flushesPerTask: (toFlushes - fromFlushes) / inside.length,
    flushesPerTaskAlone: (diskFlushes() - beforeAlone) / alone.length,
  };
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

/** Fields 14 and 15 of /proc/<pid>/stat, in ticks of 10 ms. */
export function cpuUsOf(pids: readonly number[]): number {
  const ofOne = (pid: number) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  };
  return pids.reduce((sum, pid) => sum + ofOne(pid), 0);
}

/** Field 16 of /sys/block/<disk>/stat: completed flush requests. */
function diskFlushes(): number {
  const flushesOf = (disk: string) =>
    Number(readFileSync(`/sys/block/${disk}/stat`, 'utf8').trim().split(/\s+/)[15] ?? 0);
  return readdirSync('/sys/block').reduce((sum, disk) => sum + flushesOf(disk), 0);
}
