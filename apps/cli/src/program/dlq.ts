import type { Command } from 'commander';
import type { CommandContext } from '../commands/context.js';
import type { EachDeadLetterOptions, ListDeadLettersOptions, RedriveOptions } from '../commands/dlq.command.js';
import { countingNumber, duration, json, perSecond } from './options.js';

/** The broker client is loaded only when one of these commands runs. */
const commands = () => import('../commands/dlq.command.js');

/** `llmos dlq …`: messages that could not be processed. */
export function addDeadLetterCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  const dlq = root.command('dlq').description('dead letters: messages that could not be processed');
  const withChoice = (command: Command): Command =>
    command
      .option('--tenant <name>', 'only those of this tenant')
      .option('--code <code>', 'only those with this error code')
      .option('--service <name>', 'only those that this service gave up')
      .option('--since <age>', 'only those of the last 30m, 2h or 7d', duration);
  const numbers = (text: string, before: number[] = []) => [...before, countingNumber(text)];
  const list = dlq
    .command('list')
    .description('show the newest dead letters, without opening them')
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
  withChoice(list);
  const redrive = dlq
    .command('redrive')
    .argument('[numbers...]', 'their numbers in the list', numbers)
    .description('publish the messages again: events unchanged, tasks as a new run that starts at their step')
    .option('--all', 'all that the options below describe')
    .option('--rate <number>', 'messages per second, such as 50 or 50/s', perSecond)
    .action(async (chosen: number[] = [], options: RedriveOptions) =>
      done(await (await commands()).redriveDeadLetters(context, chosen, options)),
    );
  withChoice(redrive);
  dlq
    .command('edit')
    .argument('<number>', 'its number in the list', countingNumber)
    .description('change the body of a message in your editor, then publish it again')
    .option('--body <file>', 'the new body, instead of an editor')
    .action(async (number: number, options: { body?: string }) =>
      done(await (await commands()).editDeadLetter(context, number, options.body)),
    );
  const discard = dlq
    .command('discard')
    .argument('[numbers...]', 'their numbers in the list', numbers)
    .description('remove dead letters and their messages for good')
    .option('--all', 'all that the options below describe')
    .action(async (chosen: number[] = [], options: EachDeadLetterOptions) =>
      done(await (await commands()).discardDeadLetters(context, chosen, options)),
    );
  withChoice(discard);
}
