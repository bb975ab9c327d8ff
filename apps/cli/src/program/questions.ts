import type { Command } from 'commander';
import type { CommandContext } from '../commands/context.js';
import { listQuestions, type QuestionsOptions } from '../commands/questions.command.js';
import { countingNumber, json, url } from './options.js';

/** `llmos questions`: what customers asked, for the authors of documents. */
export function addQuestionCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  root
    .command('questions')
    .description('show what customers asked')
    .option('--unanswered', 'only what no document answered, grouped by meaning, the most asked first')
    .option('--document <id>', 'only what this document answered')
    .option('--limit <number>', 'how many to show, at most 500', countingNumber, 50)
    .addOption(json())
    .addOption(url())
    .action(async (options: QuestionsOptions) => done(await listQuestions(context, options)));
}
