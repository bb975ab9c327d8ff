import type { Alert, Rule, Silence } from '@llmos/contracts/capabilities/scheduler-alerts';
import { causeOf, type ServiceGraph } from './cause.js';
import { tableOf, type FigureValue } from './figure-values.js';
import { RuleWatch } from './rule-watch.js';

/** Alerts of one service that changed at the same time: one message, not many. */
export interface AlertGroup {
  readonly service: string;
  readonly alerts: readonly Alert[];
}

/** What was resolved is shown for an hour, and no more than this many. */
const SHOWN_SECONDS = 3_600;
const MOST_RESOLVED = 200;

/** All rules and their alerts. Pure: figures and times are given. */
export class AlertBook {
  private readonly watches: readonly RuleWatch[];
  private resolved: Alert[] = [];

  constructor(
    rules: readonly Rule[],
    private readonly graph: ServiceGraph,
  ) {
    this.watches = rules.map((rule) => new RuleWatch(rule));
  }

  /** The names of the alerts that can fire. */
  get names(): string[] {
    return this.watches.map(({ rule }) => rule.alert);
  }

  /** Those that stand, and then those that were resolved, the newest first. */
  alerts(silences: readonly Silence[] = []): Alert[] {
    return [...this.standing(), ...this.resolved].map((alert) => withSilence(alert, silences));
  }

  /**
   * Judges the figures.
   *
   * @returns what changed and is to be told, by service: alerts that fire now, and those that were resolved. Silenced ones
   * are not told.
   */
  look(figures: readonly FigureValue[], nowSeconds: number, silences: readonly Silence[] = []): AlertGroup[] {
    const table = tableOf(figures);
    const changed = this.watches.flatMap((watch) => watch.look(table, nowSeconds));
    const standing = this.standing();
    const told = changed
      .map((alert) => withSilence(this.explained(alert, standing), silences))
      .filter(({ silencedBy }) => silencedBy === undefined);
    const since = new Date((nowSeconds - SHOWN_SECONDS) * 1_000).toISOString();
    this.resolved = [...changed.filter(({ state }) => state === 'resolved'), ...this.resolved]
      .filter(({ resolvedAt = '' }) => resolvedAt > since)
      .slice(0, MOST_RESOLVED);
    return [...Map.groupBy(told, ({ service }) => service)].map(([service, alerts]) => ({ service, alerts }));
  }

  private standing(): Alert[] {
    const all = this.watches.flatMap(({ alerts }) => alerts);
    return all.map((alert) => this.explained(alert, all)).sort((a, b) => b.since.localeCompare(a.since));
  }

  private explained(alert: Alert, all: readonly Alert[]): Alert {
    const others = all.filter((other) => other.alert !== alert.alert || other.name !== alert.name);
    const cause = alert.state === 'resolved' ? undefined : causeOf(alert, others, this.graph);
    return cause === undefined ? alert : { ...alert, cause };
  }
}

function withSilence(alert: Alert, silences: readonly Silence[]): Alert {
  const found = silences.find(
    (silence) =>
      (silence.alert ?? alert.alert) === alert.alert &&
      (silence.of === undefined || silence.of === alert.name || silence.of === alert.service),
  );
  return found ? { ...alert, silencedBy: found.id } : alert;
}
