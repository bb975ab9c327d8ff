import type { Command } from 'commander';
import type { CommandContext } from '../commands/context.js';
import type { ListLettersOptions } from '../commands/dlq.command.js';
import { countingNumber, json } from './options.js';

/** They alone speak to the broker: what that takes is loaded when one of them runs. */
const commands = () => import('../commands/dlq.command.js');

/** `llmos dlq …`: messages that nobody could process. */
export function addDeadLetterCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  const dlq = root.command('dlq').description('dead letters: messages that nobody could process');
  dlq
    .command('list')
    .description('show the newest, without opening them')
    .option('--tenant <name>', 'of this tenant alone')
    .option('--limit <number>', 'how many', countingNumber, 100)
    .addOption(json())
    .action(async (options: ListLettersOptions) => done(await (await commands()).listLetters(context, options)));
  dlq
    .command('show')
    .argument('<letter>', 'its number in the list', countingNumber)
    .description('open one, with what is in it')
    .addOption(json())
    .action(async (letter: number, options: { json?: boolean }) =>
      done(await (await commands()).showLetter(context, letter, options)),
    );
  dlq
    .command('redrive')
    .argument('<letters...>', 'their numbers in the list', (text, before: number[] = []) => [
      ...before,
      countingNumber(text),
    ])
    .description('send the messages again: events as they were, tasks as a new run from that step on')
    .action(async (letters: number[]) => done(await (await commands()).redriveLetters(context, letters)));
}
