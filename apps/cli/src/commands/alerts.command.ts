import {
  actionSchema,
  alertSchema,
  silenceSchema,
  type Action,
  type Alert,
  type Silence,
} from '@llmos/contracts/capabilities/scheduler-alerts';
import { z } from 'zod';
import { CliError } from '../cli-error.js';
import { table } from '../terminal/table.js';
import { gatewayClient, type CommandContext } from './context.js';

export interface AlertsOptions {
  readonly json?: boolean;
  readonly url?: string;
}

export interface SilenceOptions extends AlertsOptions {
  readonly of?: string;
  /** Milliseconds. */
  readonly for?: number;
  readonly reason?: string;
  readonly lift?: string;
}

const silencesSchema = z.object({ silences: z.array(silenceSchema) });
const alertsSchema = silencesSchema.extend({
  rules: z.number(),
  fault: z.string().optional(),
  alerts: z.array(alertSchema),
  actions: z.array(actionSchema),
});

/** `llmos ops alerts`: what stands, and what was resolved in the last hour. The exit code is 1 while an alert fires, or nothing is watched. */
export async function alerts(context: CommandContext, { json, url }: AlertsOptions): Promise<number> {
  const { details } = await gatewayClient(context, url).process('alerts', {});
  const reply = alertsSchema.parse(details);
  const { terminal } = context;
  if (json) terminal.line(JSON.stringify(reply));
  else {
    terminal.line(reply.fault === undefined ? alertTable(reply.alerts, reply.rules) : `✗ ${reply.fault}`);
    if (reply.silences.length > 0) terminal.line(`\n${silenceTable(reply.silences)}`);
    if (reply.actions.length > 0) terminal.line(`\n${actionTable(reply.actions)}`);
  }
  return reply.fault !== undefined ||
    reply.alerts.some(({ state, silencedBy }) => state === 'firing' && silencedBy === undefined)
    ? 1
    : 0;
}

/** `llmos ops silence`: keeps alerts from being told for a time, or ends that. */
export async function silence(
  context: CommandContext,
  alert: string | undefined,
  { of, for: forMs, reason, lift, json, url }: SilenceOptions,
): Promise<number> {
  if (lift === undefined && (forMs === undefined || reason === undefined))
    throw new CliError('--for and --reason are needed', 'say for how long and why: --for 1h --reason "load test"');
  const input = lift === undefined ? { alert, of, for_seconds: forMs && forMs / 1_000, reason } : { lift };
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const { details } = await gatewayClient(context, url).process('silence_alerts', given);
  const reply = silencesSchema.parse(details);
  const { terminal } = context;
  if (json) terminal.line(JSON.stringify(reply));
  else terminal.line(reply.silences.length > 0 ? silenceTable(reply.silences) : 'No alert is silenced.');
  return 0;
}

function alertTable(all: readonly Alert[], rules: number): string {
  if (all.length === 0) return `No alert stands, by ${rules} thresholds.`;
  const rows = all.map((alert) => [
    ...[alert.alert, alert.name, alert.silencedBy === undefined ? alert.state : `${alert.state}, silenced`],
    ...[alert.severity, alert.value === undefined ? '' : String(Number(alert.value.toPrecision(3)))],
    ...[alert.expected, alert.resolvedAt ?? alert.since, alert.cause ?? alert.summary],
  ]);
  return table(['alert', 'of', 'state', 'severity', 'value', 'expected', 'since', 'why'], rows);
}

function actionTable(actions: readonly Action[]): string {
  const outcomes = { done: 'done', failed: 'failed', dry_run: 'not allowed' };
  return table(
    ['action', 'of', 'at', 'outcome', 'why'],
    actions.map(({ action, target, at, outcome, why }) => [action, target, at, outcomes[outcome], why]),
  );
}

function silenceTable(silences: readonly Silence[]): string {
  return table(
    ['silence', 'alert', 'of', 'until', 'reason'],
    silences.map(({ id, alert, of, until, reason }) => [id, alert ?? 'all', of ?? 'all', until, reason]),
  );
}
