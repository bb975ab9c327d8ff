import { Option, type Command } from 'commander';
import type { CommandContext } from '../commands/context.js';
import {
  evalAnswers,
  evalAsr,
  evalClasses,
  evalEntities,
  evalInjection,
  evalIntent,
  evalKeyPhrases,
  evalPii,
  evalSentiment,
  type EvalOptions,
} from '../commands/eval.command.js';
import { evalRecommender, type EvalRecommenderOptions } from '../commands/run.command.js';
import { addLearningOptions } from './learning-options.js';
import { countingNumber, json, url, wholeNumber } from './options.js';

const DEFAULT_CONCURRENCY = 8;

type DataOptions = EvalOptions & { data: string };

/** `llmos eval …`: every measure of a running service against data that the user names. */
export function addEvalCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  const evals = root.command('eval').description('measure the running services against data');
  const add = (name: string, what: string, concurrency = DEFAULT_CONCURRENCY) =>
    evals
      .command(name)
      .description(what)
      .addOption(json())
      .addOption(url())
      .option('--concurrency <number>', 'calls at a time', countingNumber, concurrency)
      .option('--limit <number>', 'only the first rows', countingNumber);
  const onData = (
    name: string,
    what: string,
    form: string,
    run: (context: CommandContext, options: DataOptions) => Promise<number>,
  ) =>
    add(name, what)
      .requiredOption('--data <file>', form)
      .action(async (options: DataOptions) => done(await run(context, options)));

  onData(
    'intent',
    'intents of texts',
    'CSV with the columns text,category; the category oos is out of scope',
    evalIntent,
  );
  add('asr', 'word errors of recordings', 1)
    .requiredOption('--dir <folder>', 'recordings, each beside its text: x.wav and x.txt')
    .action(async (options: EvalOptions & { dir: string }) => done(await evalAsr(context, options)));
  onData('answers', 'answers and citations', 'JSON lines: {"question", "article" or "intent"}', evalAnswers);
  onData(
    'sentiment',
    'feelings of texts',
    'CSV with the columns text,label; positive, negative, neutral',
    evalSentiment,
  );
  onData('classify', 'labels of texts', 'CSV with the columns text,label', evalClasses).option(
    '--classifier <name>',
    'a trained classifier, in place of the names of the labels',
  );
  onData('entities', 'names in texts', 'CoNLL columns: a word and its BIO tag', evalEntities);
  onData('key-phrases', 'key phrases of texts', 'JSON lines: {"text", "phrases": [...]}', evalKeyPhrases);
  onData('injection', 'attacks among texts', 'JSON lines: {"text", "label": "injection" or "benign"}', evalInjection);
  onData('pii', 'personal data in texts', 'JSON lines: {"text", "spans": [{"start", "end", "type"}]}', evalPii);
  addLearningOptions(evals.command('recommender'))
    .description('recommendations, by a published protocol; nothing that is stored is touched')
    .addOption(json())
    .addOption(url())
    .requiredOption('--data <file>', 'CSV with the columns user,item and, where there are any, value,at')
    .addOption(
      new Option('--protocol <name>', 'ncf: the newest item among 100; full: every item ranked')
        .choices(['ncf', 'full'])
        .default('full'),
    )
    .option('--seed <number>', 'who is held out, and what is drawn; 42 unless it is given', wholeNumber)
    .action(async (options: EvalRecommenderOptions) => done(await evalRecommender(context, options)));
}
