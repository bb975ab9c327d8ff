import type { Command } from 'commander';
import type { CommandContext } from '../commands/context.js';
import { deleteItems } from '../commands/items.command.js';
import { url } from './options.js';

/** `llmos items …`: what is recommended. */
export function addItemCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  const items = root.command('items').description('the items that are recommended');
  items
    .command('delete <ids...>')
    .description('delete items; exit code 1 if there is no such item')
    .addOption(url())
    .action(async (ids: string[], options: { url?: string }) => done(await deleteItems(context, ids, options)));
}
