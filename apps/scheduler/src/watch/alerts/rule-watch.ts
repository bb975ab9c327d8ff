import type { Alert, Rule } from '@llmos/contracts/capabilities/scheduler-alerts';
import { scopeOf, type FigureTable } from './figure-values.js';
import { Usual } from './usual.js';

/** Values of one name, by figure. */
type Values = ReadonlyMap<string, number>;
type Limit = Pick<Rule, 'figure' | 'above' | 'below' | 'timesUsual'>;

interface Standing {
  readonly alert: Alert;
  readonly sinceSeconds: number;
  /** Since when it does not hold any more. */
  overSinceSeconds?: number;
}

/** More names of one rule are not followed. */
const MOST_NAMES = 300;

/** Watches one rule: for each name the alert is pending, then fires, then is resolved. */
export class RuleWatch {
  private readonly standing = new Map<string, Standing>();
  private readonly usual = new Usual();

  constructor(readonly rule: Rule) {}

  get alerts(): Alert[] {
    return [...this.standing.values()].map(({ alert }) => alert);
  }

  /** @returns the alerts that began to fire, or were resolved. */
  look(figures: FigureTable, nowSeconds: number): Alert[] {
    const { rule } = this;
    const byName = figures.get(scopeOf(rule.figure));
    const changed: Alert[] = [];
    for (const [name, { service, values }] of byName ?? []) {
      if (rule.of && !rule.of.includes(name) && !rule.of.includes(service)) continue;
      const isOver = ![rule, ...rule.and].every((limit) => this.exceeds(limit, name, values));
      const change = isOver ? this.over(name, values, nowSeconds) : this.holds(name, service, values, nowSeconds);
      if (change) changed.push(change);
    }
    // What is gone does not exceed anything.
    for (const name of this.standing.keys())
      if (!byName?.has(name)) {
        const change = this.over(name, new Map(), nowSeconds);
        if (change) changed.push(change);
      }
    return changed;
  }

  private holds(name: string, service: string, values: Values, nowSeconds: number): Alert | undefined {
    const { rule } = this;
    const before = this.standing.get(name);
    if (!before && this.standing.size >= MOST_NAMES) return undefined;
    const sinceSeconds = before?.sinceSeconds ?? nowSeconds;
    const fires = before?.alert.state === 'firing' || nowSeconds - sinceSeconds >= rule.for;
    const value = values.get(rule.figure);
    const alert: Alert = {
      ...{ alert: rule.alert, name, service, severity: rule.severity, state: fires ? 'firing' : 'pending' },
      ...{ figure: rule.figure, expected: this.expected(name), summary: rule.summary },
      ...(value === undefined ? {} : { value }),
      since: isoOf(sinceSeconds),
    };
    this.standing.set(name, { alert, sinceSeconds });
    return fires && before?.alert.state !== 'firing' ? alert : undefined;
  }

  /** It does not hold now: a firing alert is resolved when that lasts as long as it took to fire. */
  private over(name: string, values: Values, nowSeconds: number): Alert | undefined {
    const before = this.standing.get(name);
    if (before?.alert.state !== 'firing') {
      this.standing.delete(name);
      for (const { figure, timesUsual } of [this.rule, ...this.rule.and]) {
        const value = values.get(figure);
        if (timesUsual !== undefined && value !== undefined) this.usual.learn(`${figure} ${name}`, value, nowSeconds);
      }
      return undefined;
    }
    before.overSinceSeconds ??= nowSeconds;
    if (nowSeconds - before.overSinceSeconds < this.rule.for) return undefined;
    this.standing.delete(name);
    return { ...before.alert, state: 'resolved', resolvedAt: isoOf(nowSeconds) };
  }

  private exceeds({ figure, above, below, timesUsual }: Limit, name: string, values: Values): boolean {
    const value = values.get(figure);
    if (value === undefined) return false;
    if (above !== undefined && !(value > above)) return false;
    if (below !== undefined && !(value < below)) return false;
    if (timesUsual === undefined) return true;
    const usual = this.usual.of(`${figure} ${name}`);
    return usual !== undefined && value > timesUsual * usual;
  }

  private expected(name: string): string {
    const { figure, above, below, timesUsual } = this.rule;
    const usual = timesUsual === undefined ? undefined : this.usual.of(`${figure} ${name}`);
    const parts = [
      ...(above === undefined ? [] : [`at most ${above}`]),
      ...(below === undefined ? [] : [`at least ${below}`]),
      ...(usual === undefined ? [] : [`usually ${Number(usual.toPrecision(3))}, at most ${timesUsual} times that`]),
    ];
    return parts.join(', ');
  }
}

const isoOf = (seconds: number) => new Date(seconds * 1_000).toISOString();
