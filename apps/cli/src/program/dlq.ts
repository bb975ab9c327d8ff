import type { Command } from 'commander';
import type { CommandContext } from '../commands/context.js';
import type { ListDeadLettersOptions } from '../commands/dlq.command.js';
import { countingNumber, json } from './options.js';

/** The broker client is loaded only when one of these commands runs. */
const commands = () => import('../commands/dlq.command.js');

/** `llmos dlq …`: messages that could not be processed. */
export function addDeadLetterCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  const dlq = root.command('dlq').description('dead letters: messages that could not be processed');
  dlq
    .command('list')
    .description('show the newest dead letters, without opening them')
    .option('--tenant <name>', 'only those of this tenant')
    .option('--limit <number>', 'how many to show', countingNumber, 100)
    .addOption(json())
    .action(async (options: ListDeadLettersOptions) =>
      done(await (await commands()).listDeadLetters(context, options)),
    );
  dlq
    .command('show')
    .argument('<number>', 'its number in the list', countingNumber)
    .description('open a dead letter and show its message')
    .addOption(json())
    .action(async (number: number, options: { json?: boolean }) =>
      done(await (await commands()).showDeadLetter(context, number, options.json)),
    );
  dlq
    .command('redrive')
    .argument('<numbers...>', 'their numbers in the list', (text, before: number[] = []) => [
      ...before,
      countingNumber(text),
    ])
    .description('publish the messages again: events unchanged, tasks as a new run that starts at their step')
    .action(async (numbers: number[]) => done(await (await commands()).redriveDeadLetters(context, numbers)));
}
