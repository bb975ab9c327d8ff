import { BUCKETS, loadCapabilities, serviceOf } from '@llmos/contracts';
import type { Bus, Nodes } from '@llmos/mesh';
import { z } from 'zod';
import type { ServiceSignal } from '../../signals/signals.js';
import type { Counts } from './replica-host.port.js';

const KEY = 'asleep';
/** A service that is not ready so long after it was woken is away: its callers are told. */
const WAKING_MS = 120_000;

/** Capabilities by service. */
const recordSchema = z.record(z.string(), z.array(z.string()));
type Record = z.output<typeof recordSchema>;

/**
 * The services that sleep: no process of them runs, and gateways see them as ready, so that their tasks wait for a process
 * instead of being refused. Kept by the broker: it is known again after a restart of the scheduler.
 */
export class Sleepers {
  /** Since when a process of the service has been starting, in milliseconds. */
  private readonly wokenAtMs = new Map<string, number>();

  constructor(
    private readonly bus: Pick<Bus, 'kv'>,
    private readonly nodes: Pick<Nodes, 'announce' | 'leave'>,
  ) {}

  /** Call it before the last process of the service is ended. */
  async add(service: string): Promise<void> {
    const capabilities = await capabilitiesOf(service);
    await this.write((record) => ({ ...record, [service]: capabilities }));
    this.wokenAtMs.delete(service);
    await this.announce(service, capabilities);
  }

  /**
   * Shows those that still sleep or are starting, and forgets the others. Call it every few seconds.
   *
   * @param counts of the services that are scaled: nobody would wake another one.
   * @param mayWake those of them that may sleep: also if a person has ended their last process.
   */
  async refresh(
    counts: Counts,
    services: readonly ServiceSignal[],
    nowMs: number,
    mayWake: readonly string[],
  ): Promise<void> {
    const record = await this.read();
    for (const service of mayWake) if (counts[service] === 0 && !record[service]) await this.add(service);
    for (const [service, capabilities] of Object.entries(record)) {
      if (counts[service] === undefined) {
        await this.remove(service);
        continue;
      }
      if (counts[service] === 0) this.wokenAtMs.delete(service);
      else if (!this.wokenAtMs.has(service)) this.wokenAtMs.set(service, nowMs);
      const isReady = services.some((each) => each.service === service && each.ready > 0);
      const wokenAtMs = this.wokenAtMs.get(service);
      const isOver = wokenAtMs !== undefined && (isReady || nowMs - wokenAtMs > WAKING_MS);
      if (isOver) await this.remove(service);
      else await this.announce(service, capabilities);
    }
  }

  private async remove(service: string): Promise<void> {
    await this.write(({ [service]: _, ...others }) => others);
    await this.nodes.leave(nameOf(service));
  }

  private announce(service: string, capabilities: readonly string[]): Promise<void> {
    const node = { node: nameOf(service), service, capabilities: [...capabilities], pid: process.pid };
    return this.nodes.announce({ ...node, ready: true, checks: [], asleep: true });
  }

  private async read(): Promise<Record> {
    return decode((await (await this.bucket()).get(KEY))?.value);
  }

  private async write(change: (record: Record) => Record): Promise<void> {
    await (await this.bucket()).change(KEY, (value) => encode(change(decode(value))));
  }

  private bucket() {
    return this.bus.kv(BUCKETS.scaling, {});
  }
}

async function capabilitiesOf(service: string): Promise<string[]> {
  return [...(await loadCapabilities()).keys()].filter((capability) => serviceOf(capability) === service);
}

const nameOf = (service: string) => `${service}-asleep`;
const encode = (record: Record) => new TextEncoder().encode(JSON.stringify(record));
const decode = (value: Uint8Array | undefined): Record =>
  recordSchema.parse(value ? JSON.parse(new TextDecoder().decode(value)) : {});
