import { BUCKETS, nodeSchema } from '@llmos/contracts';
import { Bus, LOGGER, NODE_TTL_MS } from '@llmos/mesh';
import { steadyNow } from '@llmos/resilience';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Signals, type Signal, type SignalSource } from './signals.js';

/** How often the queues of tasks are read, in milliseconds. The broker then lists its consumers. */
export const QUEUES_EVERY_MS = 2_000;

/**
 * Feeds {@link Signals} with what the installation publishes anyway: the heartbeats of all processes, from their bucket,
 * and the broker's counts of tasks. It only reads. While the broker is away it learns nothing, and nobody counts as dead.
 */
@Injectable()
export class SignalsFeed implements SignalSource, OnModuleInit, OnModuleDestroy {
  private readonly signals = new Signals();
  private readonly listeners = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private watching: { stop(): void } | undefined;
  private passedAtMs = steadyNow();
  private isReading = false;

  constructor(
    private readonly bus: Bus,
    @Inject(LOGGER) private readonly log: Pick<Logger, 'warn'>,
  ) {}

  async onModuleInit(): Promise<void> {
    const bucket = await this.bus.kv(BUCKETS.nodes, { storage: 'memory', ttlMs: NODE_TTL_MS });
    this.watching = await bucket.watch({ onEntry: ({ key, value }) => this.heard(key, value) });
    this.signals.follow();
    this.timer = setInterval(() => void this.pass(), QUEUES_EVERY_MS);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.watching?.stop();
  }

  read(windowMs?: number): Signal {
    return this.signals.read(steadyNow(), windowMs);
  }

  /** Registers a listener that is called after each reading of the queues, every {@link QUEUES_EVERY_MS}. */
  onReading(listener: () => void): void {
    this.listeners.add(listener);
  }

  private heard(node: string, value: Uint8Array | undefined): void {
    if (!value) return this.signals.left(node, steadyNow());
    const { data } = nodeSchema.safeParse(parsed(value));
    if (data?.asleep) return;
    if (data) this.signals.saw(data, steadyNow());
    else this.log.warn({ node }, 'a heartbeat cannot be read; is the process of another version?');
  }

  private async pass(): Promise<void> {
    const elapsedMs = steadyNow() - this.passedAtMs;
    this.passedAtMs = steadyNow();
    // Time in which this process stood still is not counted: heartbeats wait in its socket.
    this.signals.pass(this.bus.usable ? Math.min(elapsedMs, 2 * QUEUES_EVERY_MS) : 0, steadyNow());
    if (this.isReading || !this.bus.usable) return;
    this.isReading = true;
    try {
      this.signals.sawQueues(await this.bus.taskQueues(), steadyNow());
    } catch (error) {
      this.log.warn({ err: error }, 'the queues of tasks cannot be read; the last counts stand');
    } finally {
      this.isReading = false;
    }
    for (const listener of this.listeners) listener();
  }
}

function parsed(value: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(value));
  } catch {
    return undefined;
  }
}
