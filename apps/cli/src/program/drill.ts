import { Option, type Command } from 'commander';
import type { CommandContext } from '../commands/context.js';
import type { DrillOptions } from '../commands/drill.command.js';
import { json } from './options.js';

/** `llmos drill`: the restore drill. */
export function addDrillCommand(root: Command, context: CommandContext, done: (code: number) => void): void {
  root
    .command('drill')
    .description('restore a backup into a copy beside the running instance, compare the two, and remove the copy')
    .option('--from <place>', 'a backup, or the newest of a folder or s3://bucket/prefix; by default those of `up`')
    .addOption(new Option('--fresh', 'take a backup for the drill').conflicts('from'))
    .option('--tenant <name>', 'whose documents are read through both gateways', 'default')
    .option('--metrics <file>', 'write the figures for Prometheus, such as for the textfile collector')
    .addOption(json())
    // Loaded when it runs: no other command needs it.
    .action(async (options: DrillOptions) =>
      done(await (await import('../commands/drill.command.js')).drill(context, options)),
    );
}
