import type { Command } from 'commander';
import type { CommandContext } from '../commands/context.js';
import { exportFeedback, type ExportOptions } from '../commands/feedback.command.js';
import { listQuestions, type QuestionsOptions } from '../commands/questions.command.js';
import { countingNumber, json, url } from './options.js';

/** `llmos questions` and `llmos feedback`: what customers asked, and what they think of the answers. */
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
  const feedback = root.command('feedback').description('what customers think of answers');
  feedback
    .command('export')
    .description('write question, answer, sources and opinion of each rated run, one JSON object in a line')
    .option('--out <file>', 'the file to write, which must not exist; by default the lines are printed')
    .addOption(url())
    .action(async (options: ExportOptions) => done(await exportFeedback(context, options)));
}
