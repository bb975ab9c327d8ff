import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../commands/context.js';
import type { RestoreOptions } from '../commands/restore.command.js';
import { brokers, countingNumber, duration, json } from './options.js';

interface Options {
  readonly out?: string;
  readonly into?: string;
  readonly keep: number;
  readonly every?: number;
  readonly json?: boolean;
}

/** `llmos backup` and `llmos restore`. The broker client is loaded only when one of them runs. */
export function addBackupCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  root
    .command('backup')
    .description('write everything that the broker keeps on disk into one encrypted file')
    .option('--out <file>', 'the file to write; keep the master key apart from it')
    .option(
      '--into <place>',
      'keep it in a folder or s3://bucket/prefix: restore it for a trial, then remove the oldest',
    )
    .option('--keep <number>', 'how many backups stay there', countingNumber, 7)
    .option('--every <time>', 'again and again, until Ctrl-C: 6h, 1d', duration)
    .addOption(json())
    .action(async ({ out, into, every, ...options }: Options) => {
      const commands = await import('../commands/backup.command.js');
      if ((out === undefined) === (into === undefined))
        throw new CliError(
          'Name the file or the place of the backup',
          'add --out <file>, or --into <folder or s3://…>',
        );
      if (out !== undefined && every !== undefined)
        throw new CliError('--every needs a place', 'use --into <folder or s3://…> instead of --out');
      if (out !== undefined) return done(await commands.backup(context, { ...options, out }));
      return done(await commands.scheduledBackup(context, { ...options, into: into!, every }));
    });
  root
    .command('restore <file>')
    .description(
      'check a backup and restore it, of a folder or s3://bucket/prefix the newest; LLM OS must not be running',
    )
    .option('--verify', 'only check that the backup is complete and opens with the master key')
    .option('--replace', 'remove all stored messages first')
    .addOption(brokers())
    .addOption(json())
    .action(async (file: string, options: RestoreOptions) =>
      done(await (await import('../commands/restore.command.js')).restore(context, file, options)),
    );
}
