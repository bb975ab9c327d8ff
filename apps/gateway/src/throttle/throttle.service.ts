import { setTimeout as pause } from 'node:timers/promises';
import type { Observation } from '@llmos/contracts/capabilities/security';
import { Bus, CONFIG, LOGGER, MeshClient, Nodes } from '@llmos/mesh';
import { newTraceparent, type Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { GatewayConfig } from '../gateway.config.js';
import { PipelinesService } from '../pipelines.service.js';
import { CallerKeys } from '../auth/identity.js';
import { attachThrottle } from './throttle.hooks.js';
import { Throttle } from './throttle.js';
import { ObservationBuffer } from './observation-buffer.js';
import { ObservationSender } from './observation-sender.js';
import { RestrictionsFeed } from './restrictions-feed.js';
import { SlowLane } from './slow-lane.js';

const PIPELINE = 'detect_threats';
const CAPABILITY = 'security.detect';
const RESTRICTIONS_BUCKET = 'restrictions';
/** The gateway's own voice; no key speaks for it. */
const TENANT = 'system';
const RUN_DEADLINE_MS = 60_000;
const RETRY_MS = 2_000;
const LAST_BATCH_MS = 500;

/** The guard as part of the gateway: follows the restrictions, and sends what was observed as runs of `detect_threats`. */
@Injectable()
export class ThrottleService implements OnModuleInit, OnModuleDestroy {
  private readonly feed = new RestrictionsFeed();
  private readonly leaving = new AbortController();
  private readonly sender: ObservationSender;
  private readonly throttle: Throttle;

  constructor(
    private readonly bus: Bus,
    private readonly client: MeshClient,
    private readonly nodes: Nodes,
    private readonly pipelines: PipelinesService,
    @Inject(CONFIG) private readonly config: GatewayConfig,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.throttle = new Throttle({
      keys: new CallerKeys(config.apiKeys),
      feed: this.feed,
      slowLane: new SlowLane(config.guardSlowPerMinute),
      trustedProxies: config.trustedProxies,
      restrictLoopback: config.restrictLoopback,
    });
    this.sender = new ObservationSender({
      buffer: new ObservationBuffer(config.guardBuffer),
      batchMs: config.guardBatchMs,
      reachable: () => this.bus.usable && this.isWatched(),
      send: (observations) => this.send(observations),
      onError: (error) => this.log.warn({ err: error }, 'what was observed of requests could not be sent'),
    });
  }

  /** Before the routes are open. */
  attach(fastify: FastifyInstance): void {
    if (this.config.guard) attachThrottle(fastify, this.throttle, this.sender);
  }

  onModuleInit(): void {
    if (this.config.guard) void this.follow();
  }

  async onModuleDestroy(): Promise<void> {
    this.leaving.abort();
    this.feed.stop();
    await Promise.race([this.sender.stop(), pause(LAST_BATCH_MS, undefined, { ref: false })]);
  }

  /** Until the bucket can be read everybody is let in. */
  private async follow(): Promise<void> {
    const { signal } = this.leaving;
    while (!signal.aborted) {
      try {
        await this.feed.start(await this.bus.kv(RESTRICTIONS_BUCKET, { history: 1, storage: 'file' }));
        return;
      } catch (error) {
        this.log.warn({ err: error }, 'the restrictions cannot be read: everybody is let in until they can');
        await pause(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }

  /** Whether somebody is ready to look at what was observed: work for nobody would only wait and run out. */
  private isWatched(): boolean {
    return this.nodes.list().some(({ ready, capabilities }) => ready && capabilities.includes(CAPABILITY));
  }

  private async send(observations: readonly Observation[]): Promise<void> {
    await this.client.start({
      run: this.client.newRun(),
      tenant: TENANT,
      lane: 'durable',
      deadlineMs: Date.now() + RUN_DEADLINE_MS,
      pipeline: this.pipelines.get(PIPELINE, 'name'),
      input: { observations },
      // Its own, unsampled one: a trace a second would bury those that somebody looks for.
      traceparent: newTraceparent(),
    });
  }
}
