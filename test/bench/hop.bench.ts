import { Bus } from '@llmos/bus';
import type { Pipeline } from '@llmos/contracts';
import { MeshClient, RunRecords } from '@llmos/mesh';
import { startNatsServer } from '@llmos/testing';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { ServiceBroker } from 'moleculer';
import { chain } from './hop/echo.capability.ts';

const IN_FLIGHT = 64;
const SECONDS = 3;
const HOPS = 16;

export interface HopFigures {
  /** Tasks forwarded per second, in runs of {@link HOPS} hops between two processes. */
  readonly meshHopsPerSecond: number;
  /** Runs of a single step per second: started, executed, answered. */
  readonly meshRunsPerSecond: number;
  readonly rawPerSecond: number;
  readonly moleculerPerSecond: number;
  /** Hops of the mesh divided by calls of Moleculer; the target is 1 or more. */
  readonly meshToMoleculer: number;
  readonly meshToRaw: number;
}

/**
 * Measures throughput between two processes over one nats-server with 64 concurrent calls. Compares a hop of the mesh
 * (task published, stored, pulled, validated, handled, forwarded, acknowledged) with `nc.request` and with a Moleculer
 * call, which store nothing. Each is measured twice, alternating; the better result counts.
 */
export async function benchHop(): Promise<HopFigures> {
  const nats = await startNatsServer();
  const workers = ['ping', 'pong'].map((name) => fork(new URL('./hop/worker.ts', import.meta.url), [nats.url, name]));
  const bus = await Bus.connect({ url: nats.url, service: 'bench-client' });
  const client = new MeshClient(bus, await RunRecords.open(bus));
  const broker = new ServiceBroker({
    nodeID: 'client',
    transporter: { type: 'NATS', options: { url: nats.url } },
    logger: false,
  });
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    await broker.start();
    await broker.waitForServices('bench');
    const signal = new AbortController().signal;
    const text = 'x'.repeat(200);
    const run = (pipeline: Pipeline) => async () => {
      const context = { run: client.newRun(), tenant: 'bench', lane: 'live' as const, deadlineMs: Date.now() + 30_000 };
      const last = await client.converse(
        { ...context, pipeline, input: { text }, traceparent: undefined },
        () => undefined,
        signal,
      );
      if (last.type !== 'completed') throw new Error(`the run ended as ${JSON.stringify(last)}`);
    };
    const calls = {
      hops: run(chain(HOPS)),
      runs: run(chain(1)),
      raw: async () => void (await bus.nc.request('bench.raw', text, { timeout: 10_000 })),
      moleculer: async () => void (await broker.call('bench.echo', { text })),
    };
    const best = { hops: 0, runs: 0, raw: 0, moleculer: 0 };
    for (let round = 0; round < 2; round++) {
      for (const name of ['hops', 'runs', 'raw', 'moleculer'] as const)
        best[name] = Math.max(best[name], await rate(calls[name]));
    }
    return {
      meshHopsPerSecond: Math.round(best.hops * HOPS),
      meshRunsPerSecond: Math.round(best.runs),
      rawPerSecond: Math.round(best.raw),
      moleculerPerSecond: Math.round(best.moleculer),
      meshToMoleculer: (best.hops * HOPS) / best.moleculer,
      meshToRaw: (best.hops * HOPS) / best.raw,
    };
  } finally {
    await broker.stop();
    for (const worker of workers) worker.kill('SIGKILL');
    await bus.close();
    await nats.stop();
  }
}

async function rate(call: () => Promise<void>): Promise<number> {
  let done = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + SECONDS * 1_000;
  const loop = async () => {
    while (performance.now() < endsAt) {
      await call();
      done++;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, loop));
  return (done / (performance.now() - startedAt)) * 1_000;
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await benchHop(), null, 2)}\n`);
