import type { Command } from 'commander';
import type { CommandContext } from '../commands/context.js';
import { json } from './options.js';

/** `llmos keys …`: the master key. The pipelines `rotate_key` and `shred_tenant` manage the keys of tenants. */
export function addKeyCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  const keys = root.command('keys').description('the master key that wraps the data keys of the tenants');
  keys
    .command('rewrap')
    .description('wrap every data key with another master key, for example when the old one may be compromised')
    .requiredOption('--to <file>', 'the new master key, RSA in PKCS#8 PEM; created when the file does not exist')
    .addOption(json())
    .action(async (options: { to: string; json?: boolean }) =>
      done(await (await import('../commands/keys.command.js')).rewrapKeys(context, options)),
    );
}
