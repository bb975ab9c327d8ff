import type { Command } from 'commander';
import type { CommandContext } from '../commands/context.js';
import { json } from './options.js';

/** `llmos keys …`: the master key. Keys of tenants are looked after by `rotate_key` and `shred_tenant`. */
export function addKeyCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  const keys = root.command('keys').description('the master key that wraps the data keys of the tenants');
  keys
    .command('rewrap')
    .description('wrap every data key with another master key, as when the old one may be known to others')
    .requiredOption('--to <file>', 'the new master key, RSA in PKCS#8 PEM; made when there is no such file')
    .addOption(json())
    .action(async (options: { to: string; json?: boolean }) =>
      done(await (await import('../commands/keys.command.js')).rewrapKeys(context, options)),
    );
}
