import type { Bus } from '@llmos/bus';
import type { Alert } from '@llmos/contracts/capabilities/scheduler-alerts';
import { counter, gauge, type Logger } from '@llmos/telemetry';
import { publishSystemEvent } from '../../system-event.js';
import type { AlertGroup } from './alert-book.js';

const metrics = {
  firing: gauge('llmos_alerts', 'Alerts of the scheduler that fire and are not silenced', ['alert', 'severity']),
  changes: counter('llmos_alert_changes_total', 'Alerts of the scheduler that fired or were resolved', ['alert', 'to']),
};

const EVENT = { name: 'alerts', type: 'org.llmos.alert' };

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
    publishSystemEvent(this.bus, { ...EVENT, body: { service, alerts } }).catch((error: unknown) =>
      this.log.warn({ err: error, service }, 'the event of an alert was not published'),
    );
  }
}
