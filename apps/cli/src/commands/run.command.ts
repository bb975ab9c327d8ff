import type { Reply, RunInput } from '@llmos/client';
import { CliError } from '../cli-error.js';
import { table } from '../terminal/table.js';
import { progressLine } from '../terminal/progress-line.js';
import { readData } from './eval.command.js';
import { gatewayClient, type CommandContext } from './context.js';

export interface RunOptions {
  readonly json?: boolean;
  readonly url?: string;
}

/** The options of a training; see `recommender.train`. */
export interface LearningOptions {
  readonly algorithm: string;
  readonly regularisation?: number;
  readonly factors?: number;
  readonly sweeps?: number;
  readonly minInteractions?: number;
  readonly minValue?: number;
}

export interface TrainRecommenderOptions extends RunOptions, LearningOptions {
  readonly force?: boolean;
}

export interface EvalRecommenderOptions extends RunOptions, LearningOptions {
  readonly data: string;
  readonly protocol: string;
  readonly seed?: number;
}

/** `llmos train recommender`: starts a training. Ctrl-C cancels it. */
export function trainRecommender(context: CommandContext, options: TrainRecommenderOptions): Promise<number> {
  const force = options.force === true ? true : undefined;
  return follow(context, options, 'train_recommender', { ...learningFields(options), force });
}

/** `llmos rollback recommender`: serves the previous model, or the named version. */
export async function rollbackRecommender(
  context: CommandContext,
  { version, json, url }: RunOptions & { version?: string },
): Promise<number> {
  // A live run: a version that does not exist is a mistake of the caller, and no dead letter.
  const reply = await gatewayClient(context, url).process('rollback_recommender', { version });
  show(context, reply, json === true);
  return 0;
}

/** `llmos train classifier`: trains a named classifier on a CSV of texts and labels. */
export async function trainClassifier(
  context: CommandContext,
  name: string,
  options: RunOptions & { data: string },
): Promise<number> {
  const { parseLabelled } = await import('@llmos/evaluation');
  const examples = parseLabelled(readData(options.data).toString('utf8'), options.data);
  return follow(context, options, 'train_classifier', { classifier: name, examples });
}

/** `llmos eval recommender`: trains on a file of ratings and evaluates by a published protocol. */
export function evalRecommender(context: CommandContext, options: EvalRecommenderOptions): Promise<number> {
  const { data, protocol, seed } = options;
  const file = readData(data).toString('base64');
  return follow(context, options, 'evaluate_recommender', { file, protocol, seed, ...learningFields(options) });
}

/** The options under the field names of the pipelines. Undefined fields are not sent. */
function learningFields(options: LearningOptions): RunInput {
  const { algorithm, regularisation, factors, sweeps, minInteractions, minValue } = options;
  return { algorithm, regularisation, factors, sweeps, min_interactions: minInteractions, min_value: minValue };
}

async function follow(
  context: CommandContext,
  { json, url }: RunOptions,
  pipeline: string,
  fields: RunInput,
): Promise<number> {
  const leaving = new AbortController();
  const onSignal = () => leaving.abort(new CliError('The run was cancelled'));
  process.once('SIGINT', onSignal);
  const progress = progressLine(context.terminal);
  try {
    const client = gatewayClient(context, url, { signal: leaving.signal });
    const reply = await client.run(pipeline, fields, { onDelta: (delta) => progress.show(delta) });
    progress.stop();
    show(context, reply, json === true);
    return 0;
  } finally {
    progress.stop();
    process.removeListener('SIGINT', onSignal);
  }
}

/** Shows the details of the run, without the times of its steps. */
function show({ terminal }: CommandContext, { result, details }: Reply, json: boolean): void {
  const own = Object.entries(details).filter(([name]) => name !== 'timings' && name !== 'totalMs');
  if (json) return terminal.line(JSON.stringify(Object.fromEntries(own)));
  terminal.line(result);
  const rows = own.flatMap(([name, value]) =>
    typeof value === 'number' ? [[name, Number(value.toFixed(4))]] : typeof value === 'string' ? [[name, value]] : [],
  );
  if (rows.length > 0) terminal.line(table(['figure', 'value'], rows));
}
