import type { GatewayClient } from '@llmos/client';
import type { EvaluationOptions, LabelledText, Question } from '@llmos/evaluation';
import { Option, type Command } from 'commander';
import { join } from 'node:path';
import type { CommandContext } from '../commands/context.js';
import { evaluate, readData, type EvalOptions } from '../commands/eval.command.js';
import { evalRecommender, type EvalRecommenderOptions } from '../commands/run.command.js';
import { addLearningOptions } from './learning-options.js';
import { countingNumber, json, url, wholeNumber } from './options.js';

const DEFAULT_CONCURRENCY = 8;

interface DataOptions extends EvalOptions {
  readonly data: string;
  readonly classifier?: string;
  readonly articles?: string;
}

type Evaluations = typeof import('@llmos/evaluation');

interface DataEvaluation<Row> {
  parse(text: string, file: string): readonly Row[];
  evaluate(
    client: GatewayClient,
    rows: readonly Row[],
    options: EvaluationOptions,
    command: DataOptions,
  ): Promise<object>;
}

/** Only these commands need the evaluations: they are loaded when one of them runs. */
const load = (): Promise<Evaluations> => import('@llmos/evaluation');

/** `llmos eval …`: measures the running services against data of the user. */
export function addEvalCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  const evals = root.command('eval').description('measure the running services against data');
  const add = (name: string, description: string, concurrency = DEFAULT_CONCURRENCY) =>
    evals
      .command(name)
      .description(description)
      .addOption(json())
      .addOption(url())
      .option('--concurrency <number>', 'requests at a time', countingNumber, concurrency)
      .option('--limit <number>', 'evaluate only the first rows', countingNumber);
  const onData = <Row>(
    name: string,
    { description, format, unit }: { description: string; format: string; unit: string },
    choose: (evaluations: Evaluations) => DataEvaluation<Row>,
  ) =>
    add(name, description)
      .requiredOption('--data <file>', format)
      .action(async (options: DataOptions) => {
        const { parse, evaluate: judge } = choose(await load());
        const rows = parse(readData(options.data).toString('utf8'), options.data);
        done(
          await evaluate(context, options, {
            unit,
            rows,
            evaluate: (client, rows, settings) => judge(client, rows, settings, options),
          }),
        );
      });

  onData(
    'intent',
    {
      description: 'intents of texts',
      format: 'CSV with the columns text,category; the category oos is out of scope',
      unit: 'rows',
    },
    (e) => ({ parse: e.parseIntents, evaluate: e.evaluateIntent }),
  );
  add('asr', 'word errors of recordings', 1)
    .requiredOption('--dir <folder>', 'recordings, each with its text beside it: x.wav and x.txt')
    .action(async ({ dir, ...options }: EvalOptions & { dir: string }) => {
      const { findRecordings, evaluateAsr } = await load();
      const rows = findRecordings(dir);
      done(await evaluate(context, options, { unit: 'recordings', rows, evaluate: evaluateAsr }));
    });
  add('speech', 'words of the voice that the speech service hears, and the time to the first sound', 1)
    .option('--data <file>', 'JSON lines: {"text", "spoken"} (default: the sample sentences)')
    .action(async ({ data, ...options }: EvalOptions & { data?: string }) => {
      const { parseSentences, evaluateSpeech } = await load();
      const file = data ?? join(context.config.samplesDir, 'speech', 'sentences.jsonl');
      const rows = parseSentences(readData(file).toString('utf8'), file);
      done(await evaluate(context, options, { unit: 'sentences', rows, evaluate: evaluateSpeech }));
    });
  onData(
    'answers',
    {
      description: 'answers and citations',
      format:
        'JSON lines: {"question" or "turns" (a conversation), and "article", "articles", "each" (of several ' +
        'questions) or "intent"}; "articles": [] is a question nothing answers',
      unit: 'questions',
    },
    (e) => ({
      parse: e.parseQuestions,
      evaluate: (client, rows: readonly Question[], options, { articles: folder }) => {
        const articles = e.readHelpCentre(folder ?? join(context.config.samplesDir, 'help-centre'));
        return e.evaluateAnswers(client, rows, articles, options);
      },
    }),
  ).option('--articles <folder>', 'the Markdown articles that answer (default: the sample help centre)');
  onData(
    'sentiment',
    {
      description: 'sentiment of texts',
      format: 'CSV with the columns text,label; positive, negative, neutral',
      unit: 'rows',
    },
    (e) => ({ parse: e.parseLabelled, evaluate: e.evaluateSentiment }),
  );
  onData(
    'classify',
    { description: 'labels of texts', format: 'CSV with the columns text,label', unit: 'rows' },
    (e) => ({
      parse: e.parseLabelled,
      evaluate: (client, rows: readonly LabelledText[], options, { classifier }) =>
        e.evaluateClasses(client, rows, classifier, options),
    }),
  ).option('--classifier <name>', 'a trained classifier instead of the names of the labels');
  onData(
    'entities',
    { description: 'names in texts', format: 'CoNLL columns: a word and its BIO tag', unit: 'sentences' },
    (e) => ({ parse: e.parseConll, evaluate: e.evaluateEntities }),
  );
  onData(
    'key-phrases',
    { description: 'key phrases of texts', format: 'JSON lines: {"text", "phrases": [...]}', unit: 'texts' },
    (e) => ({ parse: e.parseKeyPhrases, evaluate: e.evaluateKeyPhrases }),
  );
  onData(
    'injection',
    {
      description: 'attacks among texts',
      format: 'JSON lines: {"text", "label": "injection" or "benign", and optionally "kind"}',
      unit: 'texts',
    },
    (e) => ({ parse: e.parseScreening, evaluate: e.evaluateScreening }),
  );
  onData(
    'pii',
    {
      description: 'personal data in texts',
      format: 'JSON lines: {"text", "spans": [{"start", "end", "type"}], and optionally "kind"}',
      unit: 'texts',
    },
    (e) => ({ parse: e.parsePii, evaluate: e.evaluatePii }),
  );
  addLearningOptions(evals.command('recommender'))
    .description('recommendations, by a published protocol; stored data stays unchanged')
    .addOption(json())
    .addOption(url())
    .requiredOption('--data <file>', 'CSV with the columns user,item and optionally value,at')
    .addOption(
      new Option('--protocol <name>', 'ncf: the newest item among 100; full: every item ranked')
        .choices(['ncf', 'full'])
        .default('full'),
    )
    .option('--seed <number>', 'seed of the split and of the sampling; 42 by default', wholeNumber)
    .action(async (options: EvalRecommenderOptions) => done(await evalRecommender(context, options)));
}
