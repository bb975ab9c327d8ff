import { Bus } from '@llmos/bus';
import { MeshClient, RunRecords } from '@llmos/mesh';
import { startNatsServer } from '@llmos/testing';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { chain } from './hop/echo.capability.ts';
import { cpuUsOf, quantile } from './race/measure.ts';

/** That of the live lane, and one for which a task of a second needs no sign. */
const ACK_WAITS_MS = { signs: 1_000, without: 15_000 } as const;
const TASKS_PER_SECOND = 1_000;
const EVERY_MS = 10;
const WARM_UP_MS = 3_000;
const MEASURED_MS = 8_000;

interface SignFigures {
  readonly tasksPerSecond: number;
  /** What a task of a second takes in all, at the median. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of the server and of the worker, in microseconds. */
  readonly serverUsPerTask: number;
  readonly workerUsPerTask: number;
}

/**
 * Measures what the signs of life of long tasks cost: 1,000 tasks a second of one second each, so that 1,000 are always in
 * progress and each shows three times that it is worked on; and the same with a time to acknowledge that needs no sign.
 */
export async function benchSigns(ackWaitMs: number): Promise<SignFigures> {
  const nats = await startNatsServer();
  const worker = fork(new URL('./signs/worker.ts', import.meta.url), [nats.url, String(ackWaitMs)]);
  const bus = await Bus.connect({ url: nats.url, service: 'bench-client' });
  try {
    await once(worker, 'message');
    const client = new MeshClient(bus, await RunRecords.open(bus));
    const [pipeline, { signal }] = [chain(1), new AbortController()];
    const tookMs: number[] = [];
    const one = async (): Promise<void> => {
      const startedAt = performance.now();
      const own = { run: client.newRun(), tenant: 'bench', lane: 'live', deadlineMs: Date.now() + 30_000 } as const;
      const request = { ...own, pipeline, input: { text: 'hi' }, traceparent: undefined };
      const last = await client.converse(request, () => undefined, signal);
      if (last.type !== 'completed') throw new Error(`the run ended as ${JSON.stringify(last)}`);
      tookMs.push(performance.now() - startedAt);
    };
    const running: Promise<void>[] = [];
    const begunAt = performance.now();
    const timer = setInterval(() => {
      const due = ((performance.now() - begunAt) / 1_000) * TASKS_PER_SECOND;
      while (running.length < due) running.push(one());
    }, EVERY_MS);
    await pause(WARM_UP_MS);
    const pids = [nats.pid, worker.pid!];
    const [from, cpuFrom] = [tookMs.length, pids.map((pid) => cpuUsOf([pid]))];
    await pause(MEASURED_MS);
    const [done, cpuTo] = [tookMs.slice(from), pids.map((pid) => cpuUsOf([pid]))];
    clearInterval(timer);
    await Promise.all(running);
    const usPerTask = cpuTo.map((us, at) => Math.round((us - cpuFrom[at]!) / done.length));
    return {
      tasksPerSecond: Math.round((done.length / MEASURED_MS) * 1_000),
      p50Ms: Math.round(quantile(done, 0.5)),
      p99Ms: Math.round(quantile(done, 0.99)),
      serverUsPerTask: usPerTask[0]!,
      workerUsPerTask: usPerTask[1]!,
    };
  } finally {
    worker.kill('SIGKILL');
    await bus.close();
    await nats.stop();
  }
}

if (import.meta.main) {
  for (let round = 0; round < 2; round++)
    for (const [name, ackWaitMs] of Object.entries(ACK_WAITS_MS))
      process.stdout.write(`${name}: ${JSON.stringify(await benchSigns(ackWaitMs))}\n`);
}
