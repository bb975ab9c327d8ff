import type { Command } from 'commander';
import type { BackupOptions } from '../commands/backup.command.js';
import type { CommandContext } from '../commands/context.js';
import type { RestoreOptions } from '../commands/restore.command.js';
import { json } from './options.js';

/** `llmos backup` and `llmos restore`. The broker client is loaded only when one of them runs. */
export function addBackupCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  root
    .command('backup')
    .description('write everything that the broker keeps on disk into one encrypted file')
    .requiredOption('--out <file>', 'the file to write; keep the master key apart from it')
    .addOption(json())
    .action(async (options: BackupOptions) =>
      done(await (await import('../commands/backup.command.js')).backup(context, options)),
    );
  root
    .command('restore <file>')
    .description('check a backup and restore it; LLM OS must not be running')
    .option('--verify', 'only check that the backup is complete and opens with the master key')
    .option('--replace', 'remove all stored messages first')
    .addOption(json())
    .action(async (file: string, options: RestoreOptions) =>
      done(await (await import('../commands/restore.command.js')).restore(context, file, options)),
    );
}
