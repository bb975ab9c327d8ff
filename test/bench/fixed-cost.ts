import { Bus, taskConsumer } from '@llmos/bus';
import { detect } from '@llmos/contracts/capabilities/intent';
import { Callers, Cancellations, Forwarder, Nodes, Pace, RunRecords, taskChain } from '@llmos/mesh';
import { createLogger } from '@llmos/telemetry';
import { startNatsServer, startServiceProcess } from '@llmos/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface FixedCostOptions {
  /** Tasks at once, in each lane. */
  readonly places: number;
  /** Each task takes so long, and no processor time. */
  readonly costMs: number;
  readonly deadlineMs: number;
  readonly tenants: readonly string[];
}

/** A reply of the gateway, and how long it took. */
export interface Sent {
  readonly status: number;
  readonly ms: number;
  readonly retryAfterSeconds: number;
}

/**
 * A real gateway process and broker, with a service of one capability whose tasks have a fixed cost: what a caller waits
 * beyond that is the system's own doing.
 */
export class FixedCost {
  readonly url: string;
  /** How many tasks were done. */
  readonly done: () => number;
  readonly stop: () => Promise<void>;

  private constructor(url: string, done: () => number, stop: () => Promise<void>) {
    this.url = url;
    this.done = done;
    this.stop = stop;
  }

  static async start({ places, costMs, deadlineMs, tenants }: FixedCostOptions): Promise<FixedCost> {
    const pipelines = await mkdtemp(join(tmpdir(), 'llmos-fixed-cost-'));
    await writeFile(
      join(pipelines, 'fixed.yaml'),
      `name: fixed
version: 1
deadlineMs: ${deadlineMs}
input: { text: { type: string } }
steps: [{ id: intent, uses: intent.detect, with: { text: '\${input.text}' } }]
result: done
`,
    );
    const nats = await startNatsServer();
    const gateway = await startServiceProcess({
      app: 'gateway',
      natsUrl: nats.url,
      env: {
        LLMOS_PORT: '0',
        LLMOS_GUARD: 'off',
        LLMOS_PIPELINES_DIR: pipelines,
        LLMOS_API_KEYS: tenants.map((tenant) => `${tenant}:${tenant}`).join(','),
      },
      startedWhen: '/healthz',
    });
    const bus = await Bus.connect({ url: nats.url, service: 'intent' });
    const records = await RunRecords.open(bus);
    const callers = new Callers(bus.signs);
    let done = 0;
    const handler = async () => {
      await pause(costMs);
      done++;
      return detect.example.output;
    };
    const handle = taskChain(detect, handler, {
      bus,
      records,
      cancellations: new Cancellations(bus),
      log: createLogger({ service: 'bench', level: 'silent' }),
      forwarder: new Forwarder(bus, records),
      pace: new Pace(callers, 0.1),
    });
    for (const lane of ['live', 'durable'] as const) bus.consume(taskConsumer(lane, detect.name), places, handle);
    const nodes = await Nodes.open(bus);
    const state = { node: 'intent-1', service: 'intent', ready: true, checks: [], pid: process.pid };
    const announce = () => nodes.announce({ ...state, capabilities: [detect.name] });
    const timer = setInterval(() => void announce(), 1_000);
    await announce();
    const stop = async () => {
      clearInterval(timer);
      callers.stop();
      await bus.close(1_000);
      await gateway.stop();
      await nats.stop();
      await rm(pipelines, { recursive: true });
    };
    const system = new FixedCost(gateway.url, () => done, stop);
    while ((await system.send(tenants[0]!)).status !== 200) await pause(50);
    return system;
  }

  /** Runs the pipeline for a tenant and waits for the reply. */
  async send(tenant: string, headers: Record<string, string> = {}, path = '/serving/process'): Promise<Sent> {
    const from = performance.now();
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tenant}`, ...headers },
      body: JSON.stringify({ name: 'fixed', text: 'hi' }),
    });
    await response.arrayBuffer();
    const retryAfterSeconds = Number(response.headers.get('retry-after') ?? NaN);
    return { status: response.status, ms: performance.now() - from, retryAfterSeconds };
  }
}

/** The value below which `share` of the values are. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** Waits of random length, on average `meanMs`: callers come independently of each other. */
export const exponential = (meanMs: number) => -Math.log(1 - Math.random()) * meanMs;
