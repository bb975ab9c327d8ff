import type { Command } from 'commander';
import type { CommandContext } from '../commands/context.js';
import {
  rollbackRecommender,
  trainClassifier,
  trainRecommender,
  type RunOptions,
  type TrainRecommenderOptions,
} from '../commands/run.command.js';
import { addLearningOptions } from './learning-options.js';
import { json, url } from './options.js';

/** `llmos train …`: learning is a run of the house, followed here. */
export function addTrainCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  const train = root.command('train').description('learn from data, in the running services');
  addLearningOptions(train.command('recommender'))
    .description('learn from the recorded interactions; served only if it is no worse than before')
    .option('--force', 'serve it whatever the figures say')
    .addOption(json())
    .addOption(url())
    .action(async (options: TrainRecommenderOptions) => done(await trainRecommender(context, options)));
  train
    .command('classifier <name>')
    .description('learn labels from examples, 8 or more of each')
    .requiredOption('--data <file>', 'CSV with the columns text,label')
    .addOption(json())
    .addOption(url())
    .action(async (name: string, options: RunOptions & { data: string }) =>
      done(await trainClassifier(context, name, options)),
    );
}

/** `llmos rollback …`: one command back. */
export function addRollbackCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  const rollback = root.command('rollback').description('serve what was served before');
  rollback
    .command('recommender')
    .description('the model before, or the version that is named')
    .option('--to <version>', 'one of those that are kept')
    .addOption(json())
    .addOption(url())
    .action(async ({ to, ...options }: RunOptions & { to?: string }) =>
      done(await rollbackRecommender(context, { ...options, ...(to === undefined ? {} : { version: to }) })),
    );
}
