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

/** `llmos train …`: starts a training as a durable run and follows it. */
export function addTrainCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  const train = root.command('train').description('train a model in the running services');
  addLearningOptions(train.command('recommender'))
    .description('train on the recorded interactions; the new model is served if it is no worse than the old one')
    .option('--force', 'serve the new model whatever its figures are')
    .addOption(json())
    .addOption(url())
    .action(async (options: TrainRecommenderOptions) => done(await trainRecommender(context, options)));
  train
    .command('classifier <name>')
    .description('train a classifier on examples, at least 8 of each label')
    .requiredOption('--data <file>', 'CSV with the columns text,label')
    .addOption(json())
    .addOption(url())
    .action(async (name: string, options: RunOptions & { data: string }) =>
      done(await trainClassifier(context, name, options)),
    );
}

/** `llmos rollback …`: serves an earlier version. */
export function addRollbackCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  const rollback = root.command('rollback').description('serve an earlier version');
  rollback
    .command('recommender')
    .description('the previous model, or a named version')
    .option('--to <version>', 'one of the versions that are kept')
    .addOption(json())
    .addOption(url())
    .action(async ({ to, ...options }: RunOptions & { to?: string }) =>
      done(await rollbackRecommender(context, { ...options, ...(to === undefined ? {} : { version: to }) })),
    );
}
