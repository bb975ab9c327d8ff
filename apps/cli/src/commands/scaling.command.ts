import { scalingOutputSchema } from '@llmos/contracts/capabilities/scheduler-scaling';
import { parseReplicaCounts } from '@llmos/supervisor';
import type { z } from 'zod';
import { CliError } from '../cli-error.js';
import { table } from '../terminal/table.js';
import { gatewayClient, type CommandContext } from './context.js';

export interface ScalingOptions {
  readonly action?: 'pin' | 'pause' | 'resume';
  /** Of `pin`: `intent=3`. */
  readonly count?: string;
  /** Of `pause` and `resume`; absent for all. */
  readonly service?: string | undefined;
  readonly json?: boolean;
  readonly url?: string;
}

type Reply = z.output<typeof scalingOutputSchema>;
const DECISIONS_SHOWN = 10;

/** `llmos ops scaling`, `pin`, `pause` and `resume`: how the scheduler scales services, and what a person decides instead. */
export async function scaling(context: CommandContext, options: ScalingOptions): Promise<number> {
  const { action, service, count, json, url } = options;
  const input = count === undefined ? { service } : pinned(count);
  const { details } = await gatewayClient(context, url).process('scaling', { action, ...input });
  const reply = scalingOutputSchema.parse(details);
  const { terminal } = context;
  if (json) terminal.line(JSON.stringify(reply));
  else for (const line of linesOf(reply)) terminal.line(line);
  return 0;
}

function pinned(text: string) {
  const [pair, ...rest] = Object.entries(parseReplicaCounts(text));
  if (!pair || rest.length > 0) throw new CliError(`'${text}' does not name one service`, 'write it such as intent=3');
  return { service: pair[0], replicas: pair[1] };
}

function linesOf({ fault, hasHost, services, decisions }: Reply): string[] {
  if (fault !== undefined) return [`✗ ${fault}`];
  if (services.length === 0)
    return ['No service is scaled: deploy/scaling.yaml is missing or names none (docs/operations.md).'];
  const rows = services.map(({ service, replicas, min, max, policy, paused, pinned, why = 'nothing decided yet' }) => [
    ...[service, replicas ?? '', `${min}–${max}`, policy],
    ...[paused ? 'paused' : pinned === undefined ? '' : `pinned to ${pinned}`, why],
  ]);
  return [
    table(['service', 'processes', 'limits', 'policy', 'held', 'why'], rows),
    ...(hasHost ? [] : ['No supervisor has started the scheduler: nothing is carried out.']),
    ...decisions
      .slice(0, DECISIONS_SHOWN)
      .map(({ at, service, from, to, why, otherwise }) => `${at} ${service} ${from} → ${to}: ${why} (${otherwise})`),
  ];
}
