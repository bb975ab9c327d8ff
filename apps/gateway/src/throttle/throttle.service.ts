import { BUCKETS } from '@llmos/contracts';
import type { Observation } from '@llmos/contracts/capabilities/security';
import { Bus, CONFIG, LOGGER, MeshClient, Nodes, Readiness } from '@llmos/mesh';
import { newTraceparent, type Logger } from '@llmos/telemetry';
import { steadyNow } from '@llmos/resilience';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { setTimeout as pause } from 'node:timers/promises';
import type { GatewayConfig } from '../gateway.config.js';
import { PipelinesService } from '../pipelines.service.js';
import { DurableRuns } from './durable-runs.js';
import { ObservationBuffer } from './observation-buffer.js';
import { ObservationSender } from './observation-sender.js';
import { RestrictionsFeed } from './restrictions-feed.js';
import { SlowLane } from './slow-lane.js';
import { attachThrottle } from './throttle.hooks.js';
import { Throttle, type DurableRun } from './throttle.js';

const PIPELINE = 'detect_threats';
const CAPABILITY = 'security.detect';
/** The tenant of the gateways' own runs; no key acts for it. */
const TENANT = 'system';
const RUN_DEADLINE_MS = 60_000;
const RETRY_MS = 2_000;
const WITHOUT = 'Until the restrictions can be read, every request may pass.';
const LAST_BATCH_MS = 500;

/** The throttle as part of the gateway: follows the restrictions and sends observations as runs of `detect_threats`. */
@Injectable()
export class ThrottleService implements OnModuleInit, OnModuleDestroy {
  private readonly feed = new RestrictionsFeed();
  private readonly leaving = new AbortController();
  private readonly sender: ObservationSender;
  private readonly throttle: Throttle;
  private readonly durableRuns: DurableRuns;

  constructor(
    private readonly bus: Bus,
    private readonly client: MeshClient,
    private readonly nodes: Nodes,
    private readonly pipelines: PipelinesService,
    private readonly readiness: Readiness,
    @Inject(CONFIG) private readonly config: GatewayConfig,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    const { restrictLoopback } = config;
    this.throttle = new Throttle({ feed: this.feed, slowLane: new SlowLane(config.slowedPerMinute), restrictLoopback });
    this.durableRuns = new DurableRuns(bus);
    this.sender = new ObservationSender({
      buffer: new ObservationBuffer(config.observationBuffer),
      batchMs: config.observationBatchMs,
      reachable: () => this.bus.usable && this.isDetecting(),
      send: (observations) => this.send(observations),
      onError: (error) => this.log.warn({ err: error }, 'observations of requests could not be sent'),
    });
  }

  /** Call it before the routes are added. */
  attach(fastify: FastifyInstance): void {
    if (this.config.throttle) attachThrottle(fastify, this.throttle, this.sender);
  }

  /** Observes the end of a durable run. Call it before the run is started. */
  observeEnd(run: string, durable: DurableRun): void {
    if (!this.config.throttle) return;
    this.durableRuns.onEnd(run, (answer) => {
      const observation = this.throttle.observeRun(durable, answer, Date.now());
      if (observation) this.sender.add(observation);
    });
  }

  onModuleInit(): void {
    if (!this.config.throttle) return;
    const { signal } = this.leaving;
    const start = async () => this.feed.start(await this.bus.kv(BUCKETS.restrictions, { history: 1, storage: 'file' }));
    void this.readiness.bring('restrictions', start, { signal, log: this.log, retryMs: RETRY_MS, without: WITHOUT });
  }

  async onModuleDestroy(): Promise<void> {
    this.leaving.abort();
    this.feed.stop();
    await Promise.race([this.sender.stop(), pause(LAST_BATCH_MS, undefined, { ref: false })]);
  }

  /** Whether a ready service detects threats: without one, observations would only wait until their run expires. */
  private isDetecting(): boolean {
    return this.nodes.checkOf(CAPABILITY).state === 'ready';
  }

  private async send(observations: readonly Observation[]): Promise<void> {
    await this.client.start({
      run: this.client.newRun(),
      tenant: TENANT,
      lane: 'durable',
      deadlineMs: steadyNow() + RUN_DEADLINE_MS,
      pipeline: this.pipelines.get(PIPELINE, 'name'),
      input: { observations },
      // A new, unsampled trace: one trace per batch would hide the traces of requests.
      traceparent: newTraceparent(),
    });
  }
}
