import type { GatewayClient } from '@llmos/client';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../cli-error.js';
import { parseCsv } from '../evaluation/csv.js';
import { evaluateAnswers, parseQuestions } from '../evaluation/evaluate-answers.js';
import { evaluateAsr, findRecordings } from '../evaluation/evaluate-asr.js';
import { evaluateEntities, parseConll } from '../evaluation/evaluate-entities.js';
import { evaluateIntent } from '../evaluation/evaluate-intent.js';
import { evaluateKeyPhrases, parseKeyPhrases } from '../evaluation/evaluate-key-phrases.js';
import { evaluateClasses, evaluateSentiment, type LabelledText } from '../evaluation/evaluate-labels.js';
import { evaluatePii, evaluateScreening, parsePii, parseScreening } from '../evaluation/evaluate-security.js';
import { readHelpCentre } from '../evaluation/help-centre.js';
import { table } from '../terminal/table.js';
import { workBar } from '../terminal/work-bar.js';
import { gatewayClient, type CommandContext } from './context.js';

export interface EvalOptions {
  readonly json?: boolean;
  readonly url?: string;
  readonly concurrency: number;
  readonly limit?: number;
}

/** `llmos eval intent`: a CSV of texts and their categories against `detect_intent`. */
export function evalIntent(
  context: CommandContext,
  { data, ...options }: EvalOptions & { data: string },
): Promise<number> {
  const rows = parseCsv(readText(data), data, ['text', 'category']).map(({ text = '', category = '' }) => ({
    text,
    category,
  }));
  return evaluate(context, options, 'rows', rows, evaluateIntent);
}

/** `llmos eval asr`: recordings and what is said in them against `transcribe`. */
export function evalAsr(context: CommandContext, { dir, ...options }: EvalOptions & { dir: string }): Promise<number> {
  return evaluate(context, options, 'recordings', findRecordings(dir), evaluateAsr);
}

/** `llmos eval answers`: questions and the articles that answer them against `customer_service`. */
export function evalAnswers(
  context: CommandContext,
  { data, ...options }: EvalOptions & { data: string },
): Promise<number> {
  const articles = readHelpCentre(join(context.config.root, 'deploy', 'samples', 'help-centre'));
  const questions = parseQuestions(readText(data), data);
  return evaluate(context, options, 'questions', questions, (client, rows, concurrency, onDone) =>
    evaluateAnswers(client, rows, articles, concurrency, onDone),
  );
}

type DataOptions = EvalOptions & { data: string };

/** `llmos eval sentiment`: a CSV of texts and their sentiments against `text_analysis`. */
export function evalSentiment(context: CommandContext, { data, ...options }: DataOptions): Promise<number> {
  return evaluate(context, options, 'rows', readLabelled(data), evaluateSentiment);
}

/** `llmos eval classify`: a CSV of texts and their labels against `classify_text`. */
export function evalClasses(
  context: CommandContext,
  { data, classifier, ...options }: DataOptions & { classifier?: string },
): Promise<number> {
  return evaluate(context, options, 'rows', readLabelled(data), (client, rows, concurrency, onDone) =>
    evaluateClasses(client, rows, classifier, concurrency, onDone),
  );
}

/** `llmos eval entities`: sentences in CoNLL columns against `text_analysis`. */
export function evalEntities(context: CommandContext, { data, ...options }: DataOptions): Promise<number> {
  return evaluate(context, options, 'sentences', parseConll(readText(data), data), evaluateEntities);
}

/** `llmos eval key-phrases`: texts and what people took for their key phrases against `text_analysis`. */
export function evalKeyPhrases(context: CommandContext, { data, ...options }: DataOptions): Promise<number> {
  return evaluate(context, options, 'texts', parseKeyPhrases(readText(data), data), evaluateKeyPhrases);
}

/** `llmos eval injection`: attacks and benign texts against `screen_text`. */
export function evalInjection(context: CommandContext, { data, ...options }: DataOptions): Promise<number> {
  return evaluate(context, options, 'texts', parseScreening(readText(data), data), evaluateScreening);
}

/** `llmos eval pii`: texts with personal data against `redact_text`. */
export function evalPii(context: CommandContext, { data, ...options }: DataOptions): Promise<number> {
  return evaluate(context, options, 'texts', parsePii(readText(data), data), evaluatePii);
}

function readLabelled(file: string): LabelledText[] {
  return parseCsv(readText(file), file, ['text', 'label']).map(({ text = '', label = '' }) => ({ text, label }));
}

async function evaluate<T, R extends object>(
  context: CommandContext,
  { json, url, concurrency, limit }: EvalOptions,
  what: string,
  all: readonly T[],
  judge: (client: GatewayClient, rows: readonly T[], concurrency: number, onDone: () => void) => Promise<R>,
): Promise<number> {
  const rows = all.slice(0, limit);
  if (rows.length === 0) throw new CliError(`There are no ${what} to evaluate`);
  const client = gatewayClient(context, url);
  const bar = workBar(context.terminal, what, rows.length);
  try {
    const report = await judge(client, rows, concurrency, () => bar.advance());
    bar.stop();
    context.terminal.line(json ? JSON.stringify(report) : table(['figure', 'value'], flat(report)));
    return 0;
  } finally {
    bar.stop();
  }
}

function flat(report: object, prefix = ''): (string | number)[][] {
  return Object.entries(report).flatMap(([key, value]: [string, unknown]): (string | number)[][] => {
    if (typeof value === 'object' && value !== null) return flat(value, `${prefix}${key}.`);
    return [[prefix + key, typeof value === 'number' ? Number(value.toFixed(4)) : '–']];
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CliError(`${file} cannot be read`, 'give --data the path of a file', { cause });
  }
}
