import { loadCapabilities } from '@llmos/contracts';
import { availabilityOutputSchema } from '@llmos/contracts/capabilities/scheduler-availability';
import { isPipelineFile, parsePipeline } from '@llmos/pipeline';
import { findServiceApps, parseReplicaCounts } from '@llmos/supervisor';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { parseRates, readRepairs } from '../availability/rates.js';
import { servicesOf, stepsOfPipeline, type AvailabilityRequest } from '../availability/steps-of-pipeline.js';
import { CliError } from '../cli-error.js';
import { table } from '../terminal/table.js';
import { gatewayClient, type CommandContext } from './context.js';

export interface AvailabilityOptions {
  readonly pipeline: string;
  readonly replicas?: string;
  readonly failuresPerHour: string;
  readonly repairSeconds: string;
  /** The report of a fault lab. */
  readonly faults?: string;
  readonly json?: boolean;
  readonly url?: string;
}

type Reply = z.output<typeof availabilityOutputSchema>;

/** `llmos ops availability`: how often a pipeline can answer, and what a change is worth. Nothing is changed. */
export async function availability(context: CommandContext, options: AvailabilityOptions): Promise<number> {
  const { steps, services } = await requestOf(context, options);
  const { details } = await gatewayClient(context, options.url).process('availability', { steps, services });
  const reply = availabilityOutputSchema.parse(details);
  const { terminal } = context;
  if (options.json) terminal.line(JSON.stringify(reply));
  else for (const line of linesOf(reply, options.pipeline)) terminal.line(line);
  return 0;
}

type Request = Pick<AvailabilityRequest, 'steps'> & { readonly services: readonly object[] };

async function requestOf({ config }: CommandContext, options: AvailabilityOptions): Promise<Request> {
  const { pipeline, replicas = '', failuresPerHour, repairSeconds } = options;
  const file = isPipelineFile(pipeline) ? pipeline : join(config.pipelinesDir, `${pipeline}.yaml`);
  if (!existsSync(file)) throw new CliError(`There is no pipeline file ${file}`, 'name a pipeline or its file');
  const steps = stepsOfPipeline(parsePipeline(readFileSync(file, 'utf8'), file, await loadCapabilities()));
  const names = servicesOf(steps);
  const counts = parseReplicaCounts(replicas);
  const failures = parseRates(failuresPerHour, '--failures-per-hour');
  const given = parseRates(repairSeconds, '--repair-seconds');
  const measured = options.faults === undefined ? {} : readRepairs(options.faults);
  const repairs = { ...given, single: { ...measured, ...given.single } };
  const known = [...findServiceApps(config.root).map(({ name }) => name), 'gateway'];
  for (const name of [counts, failures.single, given.single].flatMap((each) => Object.keys(each)))
    if (!names.includes(name) && !known.includes(name))
      throw new CliError(`There is no service ${name}`, `${pipeline} needs ${names.join(', ')}`);
  for (const [name, count] of Object.entries(counts))
    if (count < 1) throw new CliError(`${name}=${count} is never there`, 'give --replicas numbers from 1 on');
  const services = names.map((name) => ({
    ...{ name, replicas: counts[name] ?? 1 },
    failuresPerHour: rateOf(failures, name, '--failures-per-hour'),
    repairSeconds: rateOf(repairs, name, '--repair-seconds'),
  }));
  return { steps, services };
}

function rateOf({ all, single }: ReturnType<typeof parseRates>, name: string, option: string): number {
  const rate = single[name] ?? all;
  if (rate === undefined) throw new CliError(`${option} has no number for ${name}`, `add one for all, such as 0.5`);
  return rate;
}

/** More digits the nearer to 100 %. */
const share = (value: number) => `${(100 * value).toFixed(value > 0.999 ? 6 : 3)} %`;
const year = (minutes: number) => (minutes < 10 ? minutes.toFixed(2) : minutes.toFixed(0));

function linesOf(reply: Reply, pipeline: string): string[] {
  const { answered, whole, downMinutesPerYear, services, simulated, changes } = reply;
  const rows = services.map(({ name, replicas, available, outagesPerYear }) => [
    ...[name, replicas, share(available), outagesPerYear.toFixed(outagesPerYear < 10 ? 2 : 0)],
  ]);
  const ideas = changes
    .filter(({ savedMinutesPerYear }) => savedMinutesPerYear >= 0.005)
    .map(({ service, change, to, answered: after, savedMinutesPerYear }) => [
      change === 'replica' ? `${service} as ${to} replicas` : `${service} back after ${to} s`,
      ...[share(after), year(savedMinutesPerYear)],
    ]);
  return [
    `${pipeline} is answered ${share(answered)} of the time, with every step done ${share(whole)}.`,
    `${year(downMinutesPerYear)} minutes of a year are not.`,
    '',
    table(['service', 'replicas', 'available', 'outages a year'], rows),
    '',
    ideas.length > 0 ? table(['what would help', 'answered', 'minutes a year saved'], ideas) : 'Nothing would help.',
    '',
    `Simulated for ${Math.round(simulated.hours)} hours: ${share(simulated.answered)} (standard error ${(100 * simulated.error).toFixed(6)} %).`,
  ];
}
