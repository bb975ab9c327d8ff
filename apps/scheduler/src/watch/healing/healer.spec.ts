import { seededRandom } from '@llmos/learning';
import { ACTIONS, type ActionKind, type Alert, type Rule } from '@llmos/contracts/capabilities/scheduler-alerts';
import type { Signal } from '../../signals/signals.js';
import { Healer, type Decision } from './healer.js';

const RULES: Pick<Rule, 'alert' | 'action'>[] = [
  { alert: 'MemoryGrows', action: 'restart' },
  { alert: 'TasksNotTaken', action: 'restart' },
  { alert: 'HandlerSlow', action: 'open_breaker' },
  { alert: 'LiveTasksWait', action: 'add_replica' },
  { alert: 'TenantNoisy', action: 'slow_tenant' },
  { alert: 'ServiceAway', action: 'page' },
  { alert: 'BreakerOpen', action: undefined },
];
/** When a scheduler has run for long enough to act. */
const AWAKE = 60;

const alert = (own: Partial<Alert>): Alert => ({
  ...{ alert: 'TasksNotTaken', name: 'intent.detect', service: 'intent', severity: 'critical', state: 'firing' },
  ...{ figure: 'capability.oldestSeconds', expected: '', summary: 'It stands.', since: '', ...own },
});

/** Processes `intent-1`, …: the first has run for longest. */
function signalOf(ready: Readonly<Record<string, readonly boolean[]>>): Signal {
  const processes = Object.entries(ready).flatMap(([service, all]) =>
    all.map((isReady, at) => ({
      ...{ node: `${service}-${at + 1}`, service, pid: at, ready: isReady, upSeconds: 1_000 - at, memoryBytes: 1 },
      ...{ memoryGrowthPerMinute: 0, cores: 0, loopDelaySeconds: 0, loopBusy: 0 },
    })),
  );
  return { windowSeconds: 20, processes, services: [], capabilities: [], breakers: [], tenants: [] };
}
const CALM = signalOf({ intent: [true, true], asr: [true] });

function awake(allowed: readonly ActionKind[] = ACTIONS): Healer {
  const healer = new Healer(RULES, allowed);
  healer.decide([], CALM, 0);
  return healer;
}

describe('Healer', () => {
  it('restarts the process of the alert, or the one of its service that has run for longest', () => {
    const memory = alert({ alert: 'MemoryGrows', figure: 'process.memoryGrowthPerMinute', name: 'intent-2' });
    expect(awake().decide([memory], CALM, AWAKE)).toMatchObject([{ action: 'restart', target: 'intent-2' }]);
    expect(awake().decide([alert({})], CALM, AWAKE)).toEqual([
      {
        ...{ action: 'restart', target: 'intent-1', service: 'intent' },
        why: 'TasksNotTaken of intent.detect: It stands.',
      },
    ]);
  });

  it('asks for one process more of the service that the alert is about', () => {
    const waiting = alert({ alert: 'LiveTasksWait', figure: 'capability.oldestLiveSeconds' });
    const healer = awake();
    expect(healer.decide([waiting], CALM, AWAKE)).toMatchObject([
      { action: 'add_replica', target: 'intent', service: 'intent' },
    ]);
    expect(healer.decide([waiting], CALM, AWAKE + 30)).toEqual([]);
  });

  it('slows the tenant that the alert is of, and not again before that has ended', () => {
    const noisy = alert({ alert: 'TenantNoisy', figure: 'tenant.share', name: 'acme', service: 'gateway' });
    const healer = awake();
    expect(healer.decide([noisy], CALM, AWAKE)).toMatchObject([{ action: 'slow_tenant', target: 'acme' }]);
    expect(healer.decide([noisy], CALM, AWAKE + 115)).toEqual([]);
  });

  it('does nothing about alerts that are pending, silenced or without an action, or when it has just started', () => {
    const alerts = [alert({ state: 'pending' }), alert({ silencedBy: 's-1' }), alert({ alert: 'BreakerOpen' })];
    expect(awake().decide(alerts, CALM, AWAKE)).toEqual([]);
    expect(new Healer(RULES, ACTIONS).decide([alert({})], CALM, 5_000)).toEqual([]);
  });

  it('restarts the process that is not ready, but no other one beside it, and none that has just started', () => {
    const half = signalOf({ intent: [true, false] });
    expect(awake().decide([alert({})], half, AWAKE)).toMatchObject([{ target: 'intent-2' }]);
    const memory = alert({ alert: 'MemoryGrows', figure: 'process.memoryGrowthPerMinute', name: 'intent-1' });
    expect(awake().decide([memory], half, AWAKE)).toEqual([]);
    expect(awake().decide([alert({})], signalOf({ intent: [false, false] }), AWAKE)).toEqual([]);
    const starting = { ...half, processes: half.processes.map((process) => ({ ...process, upSeconds: 30 })) };
    expect(awake().decide([alert({})], starting, AWAKE)).toEqual([]);
  });

  it('does not touch the scheduler itself', () => {
    const own = alert({ service: 'scheduler', name: 'scheduler.plan' });
    expect(awake().decide([own], signalOf({ scheduler: [true] }), AWAKE)).toEqual([]);
  });

  it('calls a person when three actions did not help, once', () => {
    const healer = awake();
    const decided: Decision[] = [];
    for (let at = AWAKE; at < 7_200; at += 5) decided.push(...healer.decide([alert({})], CALM, at));
    expect(decided.map(({ action }) => action)).toEqual(['restart', 'restart', 'restart', 'page']);
    expect(decided[3]!.why).toContain('3 actions did not help');
  });

  it('calls a person once about each alert of a service, and again after two hours', () => {
    const healer = awake();
    const pages = [alert({ alert: 'ServiceAway', figure: 'service.ready', name: 'intent' })];
    const decided: number[] = [];
    for (let at = AWAKE; at < 9_000; at += 5) if (healer.decide(pages, CALM, at).length > 0) decided.push(at);
    expect(decided).toEqual([AWAKE, AWAKE + 7_205]);
  });

  it('does not say that actions did not help which were only told', () => {
    const healer = awake([]);
    const decided: Decision[] = [];
    for (let at = AWAKE; at < 7_200; at += 5) decided.push(...healer.decide([alert({})], CALM, at));
    expect(new Set(decided.map(({ action }) => action))).toEqual(new Set(['restart']));
    expect(decided.length).toBeLessThan(8);
  });

  it('keeps its limits in alerts and processes made by chance', () => {
    const random = seededRandom(1);
    const services = ['intent', 'asr', 'retrieval', 'generation', 'speech', 'analysis'];
    const broken: string[] = [];
    let restarted = 0;
    for (let run = 0; run < 10; run++) {
      const healer = awake();
      const restarts: { readonly at: number; readonly service: string }[] = [];
      for (let at = AWAKE; at < AWAKE + 7_200; at += 5) {
        const ready = Object.fromEntries(services.map((service) => [service, [random() < 0.9, random() < 0.9]]));
        const alerts = services
          .filter(() => random() < 0.4)
          .map((service) => alert({ service, name: `${service}.work` }));
        const decided = healer.decide(alerts, signalOf(ready), at).filter(({ action }) => action === 'restart');
        if (decided.length > 1) broken.push('two at once');
        for (const { service, target } of decided) {
          const before = restarts.filter((each) => each.service === service);
          const down = ready[service]!.flatMap((isReady, at) => (isReady ? [] : [`${service}-${at + 1}`]));
          if (down.some((node) => node !== target)) broken.push('another one was not ready');
          if (at - (restarts.at(-1)?.at ?? -Infinity) < 20) broken.push('too soon after another');
          if (at - (before.at(-1)?.at ?? -Infinity) < 120) broken.push('too soon after the one before');
          if (before.length >= 3) broken.push('a fourth time');
          restarts.push({ at, service });
          if (restarts.filter((each) => each.at > at - 600).length > 5) broken.push('too many in ten minutes');
        }
      }
      restarted += restarts.length;
    }
    expect(broken).toEqual([]);
    expect(restarted).toBeGreaterThan(100);
  });
});
