import { Bus } from '@llmos/bus';
import { MeshClient, RunRecords } from '@llmos/mesh';
import { startNatsServer } from '@llmos/testing';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { ServiceBroker } from 'moleculer';
import { echoPipeline } from './hop/echo.capability.ts';

const IN_FLIGHT = 64;
const SECONDS = 3;

export interface HopFigures {
  readonly meshPerSecond: number;
  readonly rawPerSecond: number;
  readonly moleculerPerSecond: number;
  /** Mesh over Moleculer: 1 or more is the target. */
  readonly meshToMoleculer: number;
  readonly meshToRaw: number;
}

/**
 * Requests a second between two processes with 64 in flight, over one nats-server: a one-step run of the mesh (task into
 * a stream, handler, terminal answer into a stream, ack), `nc.request`, and a Moleculer call. Each is measured twice, in
 * turn; the better one counts.
 */
export async function benchHop(): Promise<HopFigures> {
  const nats = await startNatsServer();
  const worker = fork(new URL('./hop/worker.ts', import.meta.url), [nats.url]);
  const bus = await Bus.connect({ url: nats.url, service: 'bench-client' });
  const client = new MeshClient(bus, await RunRecords.open(bus));
  const broker = new ServiceBroker({ nodeID: 'client', transporter: { type: 'NATS', options: { url: nats.url } }, logger: false });
  try {
    await once(worker, 'message');
    await broker.start();
    await broker.waitForServices('bench');
    const signal = new AbortController().signal;
    const text = 'x'.repeat(200);
    const calls = {
      mesh: async () => {
        const context = { run: client.newRun(), tenant: 'bench', lane: 'live' as const, deadlineMs: Date.now() + 30_000 };
        const last = await client.converse({ ...context, pipeline: echoPipeline, input: { text }, traceparent: undefined }, () => undefined, signal);
        if (last.type !== 'completed') throw new Error(`the run ended as ${JSON.stringify(last)}`);
      },
      raw: async () => void (await bus.nc.request('bench.raw', text, { timeout: 10_000 })),
      moleculer: async () => void (await broker.call('bench.echo', { text })),
    };
    const best = { mesh: 0, raw: 0, moleculer: 0 };
    for (let round = 0; round < 2; round++) {
      for (const name of ['mesh', 'raw', 'moleculer'] as const) best[name] = Math.max(best[name], await rate(calls[name]));
    }
    return {
      meshPerSecond: Math.round(best.mesh),
      rawPerSecond: Math.round(best.raw),
      moleculerPerSecond: Math.round(best.moleculer),
      meshToMoleculer: best.mesh / best.moleculer,
      meshToRaw: best.mesh / best.raw,
    };
  } finally {
    await broker.stop();
    worker.kill('SIGKILL');
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
