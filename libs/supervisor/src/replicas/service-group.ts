import { steadyNow } from '@llmos/resilience';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceApp } from '../service-apps.js';
import { SupervisorError } from '../supervisor-error.js';
import { describeChecks } from '../process-status.js';
import { cpuShares } from './cpu-shares.js';
import { Replica, type ReplicaHost } from './replica.js';

/** How long a replica may finish its work before it leaves, in milliseconds: as long as most runs may take. */
export const DRAIN_MS = 30_000;
const READY_LIMIT_MS = 120_000;
const POLL_MS = 60;

export interface GroupOptions {
  readonly app: ServiceApp;
  readonly environmentFile: string;
  readonly host: ReplicaHost;
}

export type Report = (line: string) => void;

/** The replicas of one service. */
export class ServiceGroup {
  private readonly places: Replica[] = [];
  /** Replicas that take the place of another, and those that finish their last work. */
  private readonly moving = new Set<Replica>();
  private stopping = false;

  constructor(private readonly options: GroupOptions) {}

  get app(): ServiceApp {
    return this.options.app;
  }

  /** Those in their places come first. */
  get replicas(): readonly Replica[] {
    return [...this.places, ...this.moving];
  }

  /** How many are wanted. */
  get count(): number {
    return this.places.length;
  }

  /** Starts the first replicas, without waiting for them. */
  start(count: number): void {
    const shares = this.sharesOf(count);
    for (const cpus of shares) this.add(cpus).start();
  }

  /**
   * Starts or ends replicas until there are `count`. Resolves when the new ones are ready, and the others have finished
   * their work and left.
   */
  async scaleTo(count: number, report: Report): Promise<void> {
    const leaving = this.places.splice(count);
    const shares = this.sharesOf(count);
    const arriving = shares.slice(this.places.length).map((cpus) => this.add(cpus));
    for (const replica of arriving) replica.start();
    await Promise.all([
      ...this.places.map((replica, place) => replica.bind(shares[place])),
      ...arriving.map((replica) => this.ready(replica, report)),
      ...leaving.map((replica) => this.release(replica, report)),
    ]);
  }

  /**
   * Replaces one replica after the other: the new one is ready before the old one finishes its work and leaves. If a new
   * one does not become ready, the old one stays. A service whose state belongs to one process is away for a moment.
   */
  async restart(report: Report): Promise<void> {
    for (let place = 0; place < this.places.length; place++) {
      const old = this.places[place]!;
      const fresh = this.create(old.number, this.sharesOf(this.places.length)[place]);
      if (this.app.exclusive === undefined) await this.replace(place, fresh, report);
      else await this.replaceAlone(place, fresh, report);
    }
  }

  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    await Promise.all(this.replicas.map((replica) => replica.stop(graceMs)));
  }

  private sharesOf(count: number): (readonly number[] | undefined)[] {
    return cpuShares(count, this.options.host.binding?.cpus ?? []);
  }

  private add(cpus: readonly number[] | undefined): Replica {
    const replica = this.create(this.places.length + 1, cpus);
    this.places.push(replica);
    return replica;
  }

  private create(number: number, cpus: readonly number[] | undefined): Replica {
    const { app, environmentFile, host } = this.options;
    return new Replica({ ...host, app, environmentFile, number, cpus });
  }

  private async replace(place: number, fresh: Replica, report: Report): Promise<void> {
    const old = this.places[place]!;
    this.moving.add(fresh);
    fresh.start('starting');
    try {
      await this.ready(fresh, report);
      this.places[place] = fresh;
      fresh.settle();
    } catch (error) {
      await fresh.stop(0);
      throw error;
    } finally {
      this.moving.delete(fresh);
    }
    await this.release(old, report);
  }

  private async replaceAlone(place: number, fresh: Replica, report: Report): Promise<void> {
    const old = this.places[place]!;
    this.places[place] = fresh;
    await this.release(old, report);
    if (this.stopping) return;
    fresh.start();
    await this.ready(fresh, report);
  }

  private async release(replica: Replica, report: Report): Promise<void> {
    const from = steadyNow();
    this.moving.add(replica);
    await replica.leave(DRAIN_MS);
    this.moving.delete(replica);
    this.options.host.onChange();
    report(`  ${replica.name} has finished its work and left (${secondsSince(from)})`);
  }

  /** @throws SupervisorError if it does not become ready. */
  private async ready(replica: Replica, report: Report): Promise<void> {
    const from = steadyNow();
    for (let status = await replica.status(); !status.canWork; status = await replica.status()) {
      // It is not wanted any more.
      if (replica.isLeaving) return;
      if (this.stopping) throw new SupervisorError('Everything is being stopped');
      if (replica.crashLoop || steadyNow() - from > READY_LIMIT_MS)
        throw new SupervisorError(
          `${replica.name} does not become ready: ${describeChecks(status.checks)}`,
          'see the log; the other processes were left as they are',
        );
      await pause(POLL_MS);
    }
    report(`  ${replica.name} is ready (${secondsSince(from)})`);
  }
}

const secondsSince = (from: number) => `${((steadyNow() - from) / 1000).toFixed(1)} s`;
