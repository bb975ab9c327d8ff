import type { Command } from 'commander';
import type { CommandContext } from '../commands/context.js';
import type { AvailabilityOptions } from '../commands/availability.command.js';
import { json, url } from './options.js';

/** `llmos ops`: what an operator asks of the scheduler. */
export function addOpsCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  const ops = root.command('ops').description('questions of an operator');
  ops
    .command('availability')
    .description('how often a pipeline can answer, and what another replica or a faster restart is worth')
    .option('--pipeline <name>', 'the pipeline, or its file', 'customer_service')
    .option('--replicas <counts>', 'processes of services, such as generation=2,intent=2; by default one of each')
    .option('--failures-per-hour <rates>', 'of one process, such as 0.5 or 0.5,generation=2', '0.01')
    .option('--repair-seconds <times>', 'until it works again, such as 5 or 5,generation=20', '5')
    .addOption(json())
    .addOption(url())
    .action(async (options: AvailabilityOptions) =>
      done(await (await import('../commands/availability.command.js')).availability(context, options)),
    );
}
