import type { Bus } from '@llmos/bus';
import { newRunId } from '@llmos/contracts';
import type { Alert } from '@llmos/contracts/capabilities/scheduler-alerts';
import { steadyNow } from '@llmos/resilience';
import { counter, gauge, type Logger } from '@llmos/telemetry';
import type { AlertGroup } from './alert-book.js';

const metrics = {
  firing: gauge('llmos_alerts', 'Alerts of the scheduler that fire and are not silenced', ['alert', 'severity']),
  changes: counter('llmos_alert_changes_total', 'Alerts of the scheduler that fired or were resolved', ['alert', 'to']),
};

/** The tenant of what the installation itself does; no key acts for it. */
const TENANT = 'system';
const EVENT = { name: 'alerts', type: 'org.llmos.alert' };
const PUBLISH_MS = 30_000;

/** How many alerts fire, for `/metrics`. */
export function showFiring(alerts: readonly Alert[]): void {
  metrics.firing.reset();
  for (const { alert, severity, state, silencedBy } of alerts)
    if (state === 'firing' && silencedBy === undefined) metrics.firing.inc({ alert, severity });
}

/** Tells what changed: a log line and a count for each alert, and one CloudEvent for each service. */
export class AlertReports {
  constructor(
    private readonly bus: Pick<Bus, 'runs'>,
    private readonly log: Pick<Logger, 'warn'>,
  ) {}

  tell({ service, alerts }: AlertGroup): void {
    for (const { state, ...alert } of alerts) {
      metrics.changes.inc({ alert: alert.alert, to: state });
      this.log.warn(alert, state === 'firing' ? 'an alert fires' : 'an alert is resolved');
    }
    const context = { run: newRunId(), tenant: TENANT, lane: 'durable', deadlineMs: steadyNow() + PUBLISH_MS } as const;
    this.bus.runs
      .publishEvent(context, { ...EVENT, body: { service, alerts } })
      .catch((error: unknown) => this.log.warn({ err: error, service }, 'the event of an alert was not published'));
  }
}
