import { Option, type Command } from 'commander';
import type { CommandContext } from '../commands/context.js';
import type { AvailabilityOptions } from '../commands/availability.command.js';
import type { ReplayOptions } from '../commands/replay.command.js';
import type { AlertsOptions, SilenceOptions } from '../commands/alerts.command.js';
import type { CheckOptions } from '../commands/check.command.js';
import type { ScalingOptions } from '../commands/scaling.command.js';
import type { SignalsOptions } from '../commands/signals.command.js';
import { countingNumber, duration, json, number, url, wholeNumber } from './options.js';

const POLICIES = ['threshold', 'queue', 'predictive', 'hybrid'];

/** `llmos ops`: what an operator asks of the scheduler. */
export function addOpsCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  const ops = root.command('ops').description('questions of an operator');
  ops
    .command('signals')
    .description('the figures of all processes, services and capabilities, as the scheduler sees them')
    .option('--window <time>', 'what rates and quantiles are over, 3s to 60s', duration, 60_000)
    .addOption(json())
    .addOption(url())
    .action(async (options: SignalsOptions) =>
      done(await (await import('../commands/signals.command.js')).signals(context, options)),
    );
  ops
    .command('alerts')
    .description(
      'what stands, and what was resolved in the last hour; the exit code is 1 while an alert fires or nothing is watched',
    )
    .addOption(json())
    .addOption(url())
    .action(async (options: AlertsOptions) =>
      done(await (await import('../commands/alerts.command.js')).alerts(context, options)),
    );
  ops
    .command('silence [alert]')
    .description('keep alerts from being told for a time')
    .option('--of <name>', 'a capability, process, breaker or service; by default all')
    .option('--for <time>', 'for how long, such as 1h', duration)
    .option('--reason <text>', 'why; needed, except to lift one')
    .option('--lift <id>', 'end a silence')
    .addOption(json())
    .addOption(url())
    .action(async (alert: string | undefined, options: SilenceOptions) =>
      done(await (await import('../commands/alerts.command.js')).silence(context, alert, options)),
    );
  ops
    .command('check <thresholds.yaml>')
    .description('test thresholds by the tests in their file')
    .addOption(json())
    .addOption(url())
    .action(async (file: string, options: CheckOptions) =>
      done(await (await import('../commands/check.command.js')).check(context, file, options)),
    );
  ops
    .command('availability')
    .description('how often a pipeline can answer, and what another replica or a faster restart is worth')
    .option('--pipeline <name>', 'the pipeline, or its file', 'customer_service')
    .option('--replicas <counts>', 'processes of services, such as generation=2,intent=2; by default one of each')
    .option('--failures-per-hour <rates>', 'of one process, such as 0.5 or 0.5,generation=2', '0.01')
    .option('--repair-seconds <times>', 'until it works again, such as 5 or 5,generation=20', '5')
    .option('--faults <report.json>', 'take the times until it works again from a run of `llmos faults`')
    .addOption(json())
    .addOption(url())
    .action(async (options: AvailabilityOptions) =>
      done(await (await import('../commands/availability.command.js')).availability(context, options)),
    );
  ops
    .command('replay')
    .description('how a scaling policy would have done on recorded requests, in virtual time')
    .requiredOption('--trace <file.csv>', 'at,service in seconds, or TIMESTAMP,ContextTokens,GeneratedTokens')
    .addOption(new Option('--policy <name>', 'what decides').choices(POLICIES).default('hybrid'))
    .option('--objective <time>', 'a request should not wait longer before its work starts', duration, 2_000)
    .option('--start <time>', 'until a replica is ready', duration, 20_000)
    .option('--target <share>', 'threshold: the share of busy replicas', number)
    .option('--limit <share>', 'queue, hybrid: the share of requests that may wait longer', number)
    .option('--window <time>', 'queue, predictive: rates are measured over it; hybrid: the load', duration)
    .option('--errors <number>', 'predictive: standard errors above the forecast; hybrid: its first reserve', number)
    .option('--gain <number>', 'hybrid: how fast the reserve follows the share of late requests', number)
    .option('--season <time>', 'predictive, hybrid: the load repeats after it, such as 24h', duration)
    .option('--hold <time>', 'hybrid: replicas leave when they were not needed for so long', duration)
    .option('--spares <number>', 'hybrid: replicas above what is needed', wholeNumber)
    .option('--batch <number>', 'requests that a replica works on at once', countingNumber)
    .option('--idle-watts <number>', 'of a core that does nothing', number)
    .option('--busy-watts <number>', 'of a core that always works', number)
    .option('--prefill <rate>', 'tokens of the context per second', countingNumber, 5_000)
    .option('--decode <rate>', 'generated tokens per second', countingNumber, 25)
    .option('--svg <file>', 'write a picture of replicas and waiting requests')
    .addOption(json())
    .addOption(url())
    .action(async (options: ReplayOptions) =>
      done(await (await import('../commands/replay.command.js')).replay(context, options)),
    );
  addScaling(ops, context, done);
}

function addScaling(ops: Command, context: CommandContext, done: (code: number) => void): void {
  const run = async (options: ScalingOptions) =>
    done(await (await import('../commands/scaling.command.js')).scaling(context, options));
  ops
    .command('scaling')
    .description('how many processes each scaled service has, and why')
    .addOption(json())
    .addOption(url())
    .action((options: ScalingOptions) => run(options));
  ops
    .command('pin <count>')
    .description('a scaled service has so many processes until it is resumed, such as intent=3')
    .addOption(json())
    .addOption(url())
    .action((count: string, options: ScalingOptions) => run({ ...options, action: 'pin', count }));
  for (const [action, description] of [
    ['pause', 'a service, or all, keep their number of processes until resumed'],
    ['resume', 'a service, or all, are scaled again'],
  ] as const)
    ops
      .command(`${action} [service]`)
      .description(description)
      .addOption(json())
      .addOption(url())
      .action((service: string | undefined, options: ScalingOptions) => run({ ...options, action, service }));
}
