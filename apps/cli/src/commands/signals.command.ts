import { signalsOutputSchema } from '@llmos/contracts/capabilities/scheduler-signals';
import type { z } from 'zod';
import { table } from '../terminal/table.js';
import { megabytes } from '../terminal/terminal.js';
import { gatewayClient, type CommandContext } from './context.js';

export interface SignalsOptions {
  /** Milliseconds. */
  readonly window: number;
  readonly json?: boolean;
  readonly url?: string;
}

type Reply = z.output<typeof signalsOutputSchema>;

/** `llmos ops signals`: the figures of all processes, as the scheduler sees them. Nothing is changed. */
export async function signals(context: CommandContext, { window, json, url }: SignalsOptions): Promise<number> {
  const { details } = await gatewayClient(context, url).process('signals', { window_seconds: window / 1_000 });
  const reply = signalsOutputSchema.parse(details);
  const { terminal } = context;
  if (json) terminal.line(JSON.stringify(reply));
  else for (const line of linesOf(reply)) terminal.line(line);
  return 0;
}

const seconds = (value: number | undefined) => (value === undefined ? '' : `${value.toPrecision(2)} s`);
const rate = (value: number) => (value === 0 ? '' : value.toPrecision(2));
const share = (value: number | undefined) => (value === undefined ? '' : `${(100 * value).toFixed(1)} %`);

function linesOf({ windowSeconds, processes, services, capabilities, breakers, tenants }: Reply): string[] {
  const busy = capabilities.filter(
    ({ arrivalsPerSecond, inWork, waitingLive, waitingDurable }) =>
      arrivalsPerSecond + inWork + waitingLive + waitingDurable > 0,
  );
  return [
    `Over the last ${windowSeconds} s (starts and deaths: ten minutes)`,
    '',
    table(
      ['service', 'processes', 'ready', 'starts', 'deaths', 'time to ready'],
      services.map((own) => [
        ...[own.service, own.processes, own.ready, own.starts, own.deaths, seconds(own.readySeconds)],
      ]),
    ),
    '',
    table(
      ['process', 'pid', 'memory', 'cores', 'event loop late', 'busy'],
      processes.map((own) => [
        ...[own.service, own.pid, megabytes(own.memoryBytes), own.cores.toFixed(2)],
        ...[seconds(own.loopDelaySeconds), share(own.loopBusy)],
      ]),
    ),
    '',
    busy.length === 0 ? 'No capability has work.' : capabilityTable(busy),
    ...breakers.map(({ breaker, state, seenBy }) => `breaker ${breaker} is ${state}, seen by ${seenBy.join(', ')}`),
    ...tenants.map(
      ({ tenant, running, waiting, share: part }) =>
        `tenant ${tenant}: ${running.toFixed(1)} live runs in progress, ${waiting.toFixed(1)} waiting, ${share(part)} of all`,
    ),
  ];
}

function capabilityTable(busy: Reply['capabilities']): string {
  const head = ['capability', 'ready', 'in work', 'waiting', 'oldest', 'arrive/s', 'done/s', 'failed/s'];
  return table(
    [...head, 'errors', 'handler p50', 'p95', 'queue p95', 'tokens/s'],
    busy.map((own) => [
      ...[own.capability, own.ready, own.inWork, own.waitingLive + own.waitingDurable],
      ...[own.oldestSeconds > 0 ? seconds(own.oldestSeconds) : '', rate(own.arrivalsPerSecond)],
      ...[rate(own.completedPerSecond), rate(own.failedPerSecond), share(own.errorShare)],
      ...[seconds(own.handlerP50Seconds), seconds(own.handlerP95Seconds), seconds(own.queueP95Seconds)],
      rate(own.tokensPerSecond),
    ]),
  );
}
