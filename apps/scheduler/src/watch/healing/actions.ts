import type { Bus } from '@llmos/bus';
import { BUCKETS, LOAD_RESTRICTION, serviceOf } from '@llmos/contracts';
import type { Action, ActionKind } from '@llmos/contracts/capabilities/scheduler-alerts';
import { steadyNow } from '@llmos/resilience';
import { counter, type Logger } from '@llmos/telemetry';
import type { ReplicaHost } from '../../scale/live/replica-host.port.js';
import { publishSystemEvent } from '../../system-event.js';
import type { Decision } from './healer.js';

const done = counter('llmos_actions_total', 'What the scheduler did, or would have done, about alerts', [
  'action',
  'outcome',
]);

/** A breaker that was opened closes by itself: then one call tries. */
const OPEN_FOR_MS = 60_000;
/** A tenant that was slowed down is not after this time. */
const SLOW_FOR_MS = 120_000;
const EVENT = { name: 'actions', type: 'org.llmos.action' };
const PAGE_MS = 5_000;
const MOST_SHOWN = 100;

export interface ActionsOptions {
  /** What may be done; everything else is only told. */
  readonly allowed: readonly ActionKind[];
  /** Where a person is called: each page is posted there as JSON. */
  readonly pageUrl: string | undefined;
  /** Who starts and ends processes, and takes backups; absent on Kubernetes. */
  readonly host?: ReplicaHost | undefined;
}

/** Does what was decided, if it is allowed, and tells it: a log line, a count, an event, and the list that people see. */
export class Actions {
  private readonly shown: Action[] = [];

  constructor(
    private readonly bus: Bus,
    private readonly log: Pick<Logger, 'warn'>,
    private readonly options: ActionsOptions,
  ) {}

  /** The newest first. */
  get list(): readonly Action[] {
    return this.shown;
  }

  async do(decision: Decision): Promise<void> {
    const at = new Date(steadyNow()).toISOString();
    const action: Action = { ...decision, at, outcome: await this.attempt(decision) };
    done.inc({ action: action.action, outcome: action.outcome });
    this.shown.unshift(action);
    this.shown.length = Math.min(this.shown.length, MOST_SHOWN);
    this.log.warn(action, action.outcome === 'dry_run' ? 'this would be done, if it were allowed' : 'this was done');
    await publishSystemEvent(this.bus, { ...EVENT, body: action });
  }

  private async attempt(decision: Decision): Promise<Action['outcome']> {
    if (!this.options.allowed.includes(decision.action)) return 'dry_run';
    try {
      await this.effect(decision);
      return 'done';
    } catch (error) {
      this.log.warn({ err: error, ...decision }, 'an action failed');
      return 'failed';
    }
  }

  private async effect({ action, target, service, why }: Decision): Promise<void> {
    if (action === 'restart') return this.bus.signs.askToLeave(service, target);
    if (action === 'open_breaker') return this.openBreaker(target);
    if (action === 'slow_tenant') return this.slowTenant(target, why);
    if (action === 'take_backup') return this.supervisor.backUp();
    if (action === 'add_replica') return this.addReplicas(service, 1);
    if (action === 'drain_replica') return this.addReplicas(service, -1);
    if (this.options.pageUrl === undefined) return;
    const body = JSON.stringify({ service, of: target, why });
    const headers = { 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(PAGE_MS);
    const response = await fetch(this.options.pageUrl, { method: 'POST', headers, body, signal });
    if (!response.ok) throw new Error(`the page was answered with ${response.status}`);
  }

  /**
   * The gateways let few of its requests pass for a while, and other tenants as before. People see and lift it like any other restriction.
   */
  private async slowTenant(tenant: string, reason: string): Promise<void> {
    const restrictions = await this.bus.kv(BUCKETS.restrictions, { history: 1, storage: 'file' });
    const id = `${LOAD_RESTRICTION}.${Buffer.from(tenant).toString('base64url')}`;
    const [since, until] = [Date.now(), Date.now() + SLOW_FOR_MS].map((ms) => new Date(ms).toISOString());
    const restriction = { id, subject: { kind: 'tenant', id: tenant }, action: 'slow', reason, since, until };
    await restrictions.put(id, new TextEncoder().encode(JSON.stringify({ ...restriction, strikes: 1 })));
  }

  private get supervisor(): ReplicaHost {
    const { host } = this.options;
    if (!host) throw new Error('no supervisor has started this process: do it where the processes run');
    return host;
  }

  /** A process that is too many finishes its work and ends. */
  private async addReplicas(service: string, more: 1 | -1): Promise<void> {
    const host = this.supervisor;
    const now = (await host.scale({}))[service];
    if (now === undefined) throw new Error(`no service '${service}' runs here`);
    if (now + more < 1) throw new Error(`'${service}' has one process only`);
    await host.scale({ [service]: now + more });
  }

  /** @param capability such as `generation.answer`: runs take its fallback until the breaker has tried again. */
  private async openBreaker(capability: string): Promise<void> {
    if (serviceOf(capability) === '') throw new Error(`${capability} is no capability`);
    const breakers = await this.bus.kv(BUCKETS.breakers, { storage: 'memory' });
    await breakers.put(
      `step.${capability}`,
      new TextEncoder().encode(JSON.stringify({ state: 'open', forMs: OPEN_FOR_MS })),
    );
  }
}
