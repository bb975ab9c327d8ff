import type { Action, ActionKind, Alert, Rule } from '@llmos/contracts/capabilities/scheduler-alerts';
import type { Signal } from '../../signals/signals.js';

/** After an action a service is left alone for this long; for longer after each further one, up to the longest. */
const REST_SECONDS = 120;
const LONGEST_REST_SECONDS = 3_600;
/** After so much time without an action a service counts as well; a page that still holds is repeated. */
const FORGET_SECONDS = 7_200;
/** The whole installation: actions within ten minutes, and the least time between two. */
const MOST_ACTIONS = 5;
const ACTIONS_SECONDS = 600;
const APART_SECONDS = 20;
/** Further actions on one service do not help: a person is called. */
const MOST_OF_SERVICE = 3;
/** The scheduler that has just started knows too little. */
const QUIET_SECONDS = 60;
/** A process that restarts itself would not see whether it helped. */
const NEVER = 'scheduler';

/** What is to be done now. */
export type Decision = Omit<Action, 'outcome' | 'at'>;

interface OfService {
  /** What was done. */
  actions: number;
  /** What was done, or only told because it is not allowed. */
  told: number;
  /** The last of them. */
  lastSeconds: number;
  /** By alert: when a person was called. */
  readonly paged: Map<string, number>;
}

/**
 * Decides what to do about alerts that fire. Pure: alerts, figures and times are given. It never acts on a service of which
 * another process is not ready, on two services at once, or again before a service had time to show that the first action helped. What
 * does not help three times becomes a page.
 */
export class Healer {
  private readonly services = new Map<string, OfService>();
  private recent: number[] = [];
  private startedSeconds: number | undefined;

  /** @param allowed what may be done. Of everything else it is decided alike, and only told. */
  constructor(
    private readonly rules: readonly Pick<Rule, 'alert' | 'action'>[],
    private readonly allowed: readonly ActionKind[],
  ) {}

  /** @returns at most one action and, beside it, pages. */
  decide(alerts: readonly Alert[], signal: Signal, nowSeconds: number): Decision[] {
    this.startedSeconds ??= nowSeconds;
    this.forget(nowSeconds);
    if (nowSeconds - this.startedSeconds < QUIET_SECONDS) return [];
    const decisions: Decision[] = [];
    for (const alert of alerts) {
      const action = this.rules.find((rule) => rule.alert === alert.alert)?.action;
      if (action === undefined || alert.state !== 'firing' || alert.silencedBy !== undefined) continue;
      const decision = this.decideOn(alert, action, signal, nowSeconds);
      if (decision) decisions.push(decision);
    }
    return decisions;
  }

  private decideOn(alert: Alert, kind: ActionKind, signal: Signal, nowSeconds: number): Decision | undefined {
    const { service } = alert;
    const known = this.services.get(service) ?? { actions: 0, told: 0, lastSeconds: -Infinity, paged: new Map() };
    const why = `${alert.alert} of ${alert.name}: ${alert.summary}`;
    const isHopeless = known.actions >= MOST_OF_SERVICE;
    if (kind === 'page' || isHopeless) {
      if (known.paged.has(alert.alert) || (isHopeless && nowSeconds - known.lastSeconds < REST_SECONDS))
        return undefined;
      known.paged.set(alert.alert, nowSeconds);
      this.services.set(service, known);
      const tried = known.actions > 0 ? ` ${known.actions} actions did not help.` : '';
      return { action: 'page', target: alert.name, service, why: `${why}${tried}` };
    }
    if (service === NEVER || !this.mayAct(known, nowSeconds)) return undefined;
    const target = targetOf(kind, alert, signal);
    if (target === undefined) return undefined;
    const actions = known.actions + (this.allowed.includes(kind) ? 1 : 0);
    this.services.set(service, { ...known, actions, told: known.told + 1, lastSeconds: nowSeconds });
    this.recent.push(nowSeconds);
    return { action: kind, target, service, why };
  }

  private mayAct({ told, lastSeconds }: OfService, nowSeconds: number): boolean {
    const rest = Math.min(LONGEST_REST_SECONDS, REST_SECONDS * 2 ** Math.max(0, told - 1));
    if (told > 0 && nowSeconds - lastSeconds < rest) return false;
    return this.recent.length < MOST_ACTIONS && nowSeconds - (this.recent.at(-1) ?? -Infinity) >= APART_SECONDS;
  }

  private forget(nowSeconds: number): void {
    this.recent = this.recent.filter((seconds) => nowSeconds - seconds < ACTIONS_SECONDS);
    for (const [service, { lastSeconds, paged }] of this.services) {
      for (const [alert, seconds] of paged) if (nowSeconds - seconds > FORGET_SECONDS) paged.delete(alert);
      if (nowSeconds - lastSeconds > FORGET_SECONDS && paged.size === 0) this.services.delete(service);
    }
  }
}

function targetOf(kind: ActionKind, alert: Alert, signal: Signal): string | undefined {
  if (kind === 'restart') return processToRestart(alert, signal);
  return kind === 'open_breaker' || kind === 'slow_tenant' ? alert.name : alert.service;
}

/**
 * The process itself, or of a capability or service the one that is not ready, or else the one that runs for longest. Undefined if
 * another process of the service is not ready, or if it has just started: never two at once.
 */
function processToRestart({ figure, name, service }: Alert, { processes }: Signal): string | undefined {
  const own = processes.filter((process) => process.service === service);
  const byAge = own.sort((a, b) => b.upSeconds - a.upSeconds);
  const target = figure.startsWith('process.')
    ? own.find(({ node }) => node === name)
    : (own.find(({ ready }) => !ready) ?? byAge[0]);
  const isAlone = own.every((process) => process === target || process.ready);
  return isAlone && target && target.upSeconds >= REST_SECONDS ? target.node : undefined;
}
