import { readFileSync } from 'node:fs';
import { CliError } from '../cli-error.js';
import { replayPicture } from '../replay/replay-picture.js';
import { replayReplySchema, type ReplayReply } from '../replay/replay-reply.js';
import { parseTrace } from '../replay/trace-file.js';
import { table } from '../terminal/table.js';
import { writePicture } from '../terminal/write-picture.js';
import { gatewayClient, type CommandContext } from './context.js';

export interface ReplayOptions {
  readonly trace: string;
  readonly policy: string;
  /** Milliseconds. */
  readonly objective: number;
  /** Milliseconds. */
  readonly start: number;
  readonly target?: number;
  readonly limit?: number;
  readonly window?: number;
  readonly errors?: number;
  readonly gain?: number;
  /** Milliseconds. */
  readonly season?: number;
  readonly hold?: number;
  readonly spares?: number;
  readonly batch?: number;
  readonly idleWatts?: number;
  readonly busyWatts?: number;
  readonly prefill: number;
  readonly decode: number;
  readonly svg?: string;
  readonly json?: boolean;
  readonly url?: string;
}

const SECOND_MS = 1_000;

/** `llmos ops replay`: how a scaling policy would have done on recorded requests. Nothing is changed. */
export async function replay(context: CommandContext, options: ReplayOptions): Promise<number> {
  const { trace: file, policy, objective, start, prefill, decode } = options;
  const trace = parseTrace(readText(file), file, { prefill, decode });
  const { details } = await gatewayClient(context, options.url).process('replay', {
    ...{ arrivals_ms: trace.arrivalsMs, services_ms: trace.servicesMs, policy },
    ...{ tuning: tuningOf(options), objective_ms: objective, start_ms: start, batch: options.batch },
    power: given({ idleWatts: options.idleWatts, busyWatts: options.busyWatts }),
  });
  const reply = replayReplySchema.parse(details);
  if (options.svg !== undefined) writePicture(options.svg, replayPicture(reply));
  const { terminal } = context;
  if (options.json) terminal.line(JSON.stringify(reply));
  else for (const line of linesOf(reply, options)) terminal.line(line);
  return 0;
}

function tuningOf({
  target,
  limit,
  window,
  errors,
  gain,
  hold,
  spares,
  season,
}: ReplayOptions): Record<string, number> {
  const seconds = (ms?: number) => (ms === undefined ? undefined : ms / SECOND_MS);
  return given({
    ...{ target, limit, errors, gain, spares },
    ...{ windowSeconds: seconds(window), holdSeconds: seconds(hold), seasonSeconds: seconds(season) },
  });
}

/** What is not given has the default of the contract. */
function given(all: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, number] => entry[1] !== undefined));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CliError(`the trace ${file} cannot be read`, 'give --trace a CSV file', { cause });
  }
}

function linesOf(reply: ReplayReply, { objective, svg }: ReplayOptions): string[] {
  const { result, threshold, workCoreSeconds, boundCoreSeconds } = reply;
  const times = (coreSeconds: number, of: number | undefined) => (of ? `${(coreSeconds / of).toFixed(2)}x` : '');
  const rows = [result, ...(result.policy === 'threshold' ? [] : [threshold])].map((each) => [
    ...[each.policy, `${each.late} (${(100 * each.lateShare).toFixed(2)} %)`, Math.round(each.coreSeconds)],
    ...[times(each.coreSeconds, threshold.coreSeconds), times(each.coreSeconds, boundCoreSeconds)],
    ...[Math.round(each.changesPerHour), Math.round(each.wattHours)],
  ]);
  const over = `waited over ${objective / SECOND_MS} s`;
  return [
    `${result.requests} requests with ${Math.round(workCoreSeconds)} core-seconds of work`,
    '',
    table(['policy', over, 'core-seconds', 'of threshold', 'of the bound', 'changes an hour', 'Wh'], rows),
    '',
    boundCoreSeconds === undefined
      ? 'The clairvoyant bound was not found in time.'
      : `No planner needs fewer than ${Math.round(boundCoreSeconds)}, even one that knows every request (lower bound).`,
    ...result.decisions.slice(0, 5).map(({ at, replicas, why }) => `at ${at} s: ${replicas} replicas, ${why}`),
    ...(svg === undefined ? [] : [`picture: ${svg}`]),
  ];
}
