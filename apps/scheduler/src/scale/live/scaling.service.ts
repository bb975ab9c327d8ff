import { BUCKETS, LlmosError } from '@llmos/contracts';
import { Bus, CONFIG, LOGGER, Nodes, Readiness } from '@llmos/mesh';
import { steadyNow } from '@llmos/resilience';
import { counter, gauge, withSpan, type Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { InputOf } from '@llmos/contracts';
import type { scaling } from '@llmos/contracts/capabilities/scheduler-scaling';
import { SignalsFeed } from '../../signals/signals-feed.js';
import { publishSystemEvent } from '../../system-event.js';
import { held, holdsSchema, type Holds } from './holds.js';
import { REPLICA_HOST, type ReplicaHost } from './replica-host.port.js';
import { Scaler, type Scaling, type ScalingChange } from './scaler.js';
import type { SchedulerConfig } from '../../scheduler.config.js';
import { readScalingFile, type ScalingRules } from './scaling-file.js';
import { Sleepers } from './sleepers.js';

const CHECK = 'scaling file';
/** Figures of the last seconds: at least two heartbeats. */
const WINDOW_MS = 8_000;
const DECISIONS_KEPT = 100;
const KEY = 'holds';
const EVENT = { name: 'scaling', type: 'org.llmos.scaling' };

const changes = counter('llmos_scaling_changes_total', 'Changes of the number of processes that were carried out', [
  'scaled',
  'direction',
]);
const wanted = gauge('llmos_scaling_replicas', 'Processes that the scheduler wants', ['scaled']);

/**
 * Scales the services of this machine: after each reading of the signals it decides, and asks the supervisor. Off
 * without rules. Decisions are logged, counted, traced and published as
 * CloudEvents, with their reasons. What a person pins or pauses is kept by the broker.
 * When this service dies, the last numbers stand.
 */
@Injectable()
export class ScalingService implements OnModuleInit, OnModuleDestroy {
  private scaler = new Scaler(new Map(), steadyNow());
  private readonly leaving = new AbortController();
  private readonly sleepers: Sleepers;
  private readonly decisions: Scaling['decisions'] = [];
  private waking: { stop(): void } | undefined;
  private isDeciding = false;

  constructor(
    private readonly bus: Bus,
    private readonly feed: SignalsFeed,
    nodes: Nodes,
    @Inject(LOGGER) private readonly log: Pick<Logger, 'info' | 'warn' | 'error'>,
    @Inject(REPLICA_HOST) private readonly host: ReplicaHost | undefined,
    private readonly readiness: Readiness,
    @Inject(CONFIG) private readonly config: SchedulerConfig,
  ) {
    this.sleepers = new Sleepers(bus, nodes);
  }

  onModuleInit(): void {
    const read = () => {
      this.follow(readScalingFile(this.config.scalingFile));
      return Promise.resolve();
    };
    const options = { signal: this.leaving.signal, log: this.log, without: 'Nothing is scaled.' };
    void this.readiness.bring(CHECK, read, options);
  }

  private follow(rules: ScalingRules): void {
    this.scaler = new Scaler(rules, steadyNow());
    const { names } = this.scaler;
    if (names.length === 0) return;
    if (!this.host)
      return this.log.warn({ services: names }, 'nothing is scaled: no supervisor has started this process');
    this.log.info({ services: names }, 'services are scaled');
    this.feed.onReading(() => void this.step());
    this.waking = this.bus.signs.onWake((service) => {
      if (this.scaler.wake(service)) void this.step();
    });
  }

  onModuleDestroy(): void {
    this.leaving.abort();
    this.waking?.stop();
  }

  show(): Scaling {
    const fault = this.readiness.messageOf(CHECK);
    return {
      ...(fault === undefined ? {} : { fault }),
      hasHost: this.host !== undefined,
      services: this.scaler.show(),
      decisions: this.decisions.toReversed(),
    };
  }

  /** @throws LlmosError NOT_FOUND if a service is not scaled. */
  async hold({ action, service, replicas }: InputOf<typeof scaling>): Promise<Scaling> {
    if (action === 'show') return this.show();
    if (service !== undefined && !this.scaler.names.includes(service))
      throw new LlmosError(
        'NOT_FOUND',
        `'${service}' is not scaled; the services are: ${this.scaler.names.join(', ') || 'none'} (LLMOS_SCALING_FILE).`,
      );
    const bucket = await this.bucket();
    await bucket.change(KEY, (value) => encode(held(decode(value), { action, service, replicas })));
    this.log.info({ action, scaled: service ?? 'all', replicas }, 'a person changed the scaling');
    await this.step();
    return this.show();
  }

  private bucket() {
    return this.bus.kv(BUCKETS.scaling, {});
  }

  private async step(): Promise<void> {
    if (this.isDeciding || !this.host) return;
    this.isDeciding = true;
    try {
      this.scaler.holds = decode((await (await this.bucket()).get(KEY))?.value);
      this.scaler.counts = await this.host.scale({});
      const signal = this.feed.read(WINDOW_MS);
      for (const change of this.scaler.decide(signal, steadyNow(), process.availableMemory()))
        await this.carryOut(change);
      const { scaledCounts, sleepy } = this.scaler;
      await this.sleepers.refresh(scaledCounts, signal.services, steadyNow(), sleepy);
    } catch (error) {
      this.log.warn({ err: error }, 'nothing was scaled; the last numbers stand');
    } finally {
      this.isDeciding = false;
    }
  }

  private async carryOut(change: ScalingChange): Promise<void> {
    const { service, from, to, why, otherwise } = change;
    if (to === 0) await this.sleepers.add(service);
    const attributes = { 'llmos.scaled': service, from, to, why, otherwise };
    await withSpan(`scale ${service}`, { attributes }, async () => {
      this.scaler.counts = await this.host!.scale({ [service]: to });
    });
    const decision = { ...change, at: new Date().toISOString() };
    this.decisions.push(decision);
    if (this.decisions.length > DECISIONS_KEPT) this.decisions.shift();
    changes.inc({ scaled: service, direction: to > from ? 'up' : 'down' });
    wanted.set({ scaled: service }, to);
    this.log.info({ scaled: service, from, to, why, otherwise }, 'scaled');
    publishSystemEvent(this.bus, { ...EVENT, body: decision }).catch((error: unknown) =>
      this.log.warn({ err: error, scaled: service }, 'the event of a decision was not published'),
    );
  }
}

const encode = (holds: Holds) => new TextEncoder().encode(JSON.stringify(holds));
const decode = (value: Uint8Array | undefined): Holds =>
  holdsSchema.parse(value ? JSON.parse(new TextDecoder().decode(value)) : {});
