import type { Command } from 'commander';
import type { CommandContext } from '../commands/context.js';
import type { FaultsOptions } from '../commands/faults.command.js';
import { countingNumber, json, number, wholeNumber } from './options.js';

/** `llmos faults`: the fault lab. */
export function addFaultsCommand(root: Command, context: CommandContext, done: (code: number) => void): void {
  root
    .command('faults')
    .description('break a private system under load, and check what is promised; the running one is left alone')
    .option('--list', 'show the faults and what is promised, and break nothing')
    .option('--only <text...>', 'only faults with one of these texts in their names')
    .option('--seed <number>', 'repeat the order and the choices of an earlier run', wholeNumber)
    .option('--minutes <number>', 'go on for so long; by default each fault is tried once', countingNumber)
    .option('--slack <factor>', 'multiply the promised times, on a machine that is busy', number, 1)
    .option('--out <folder>', 'where the report goes; by default a new folder in <home>/faults')
    .addOption(json())
    // Loaded when it runs: no other command needs it.
    .action(async (options: FaultsOptions) => {
      const { faults } = await import('../commands/faults.command.js');
      done(await faults(context, options));
    });
}
