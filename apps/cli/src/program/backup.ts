import type { Command } from 'commander';
import type { BackupOptions } from '../commands/backup.command.js';
import type { CommandContext } from '../commands/context.js';
import type { RestoreOptions } from '../commands/restore.command.js';
import { json } from './options.js';

/** `llmos backup` and `llmos restore`. They speak to the broker: what that takes is loaded when one of them runs. */
export function addBackupCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  root
    .command('backup')
    .description('write all that the broker keeps on disk into one encrypted file')
    .requiredOption('--out <file>', 'where to; the master key is not in it, keep that apart')
    .addOption(json())
    .action(async (options: BackupOptions) =>
      done(await (await import('../commands/backup.command.js')).backup(context, options)),
    );
  root
    .command('restore <file>')
    .description('check a backup and bring it back; LLM OS must not be running')
    .option('--verify', 'only check that it is whole and opens with the master key')
    .option('--replace', 'also where something is stored already: all of it is removed')
    .addOption(json())
    .action(async (file: string, options: RestoreOptions) =>
      done(await (await import('../commands/restore.command.js')).restore(context, file, options)),
    );
}
