import type { GatewayClient } from '@llmos/client';
import type { EvaluationOptions } from '@llmos/evaluation';
import { readFileSync } from 'node:fs';
import { CliError } from '../cli-error.js';
import { table } from '../terminal/table.js';
import { workBar } from '../terminal/work-bar.js';
import { gatewayClient, type CommandContext } from './context.js';

export interface EvalOptions {
  readonly json?: boolean;
  readonly url?: string;
  readonly concurrency: number;
  readonly limit?: number;
}

/** Rows and the evaluation that runs on them. */
export interface Evaluation<Row> {
  /** What a row is, in the plural. */
  readonly unit: string;
  readonly rows: readonly Row[];
  evaluate(client: GatewayClient, rows: readonly Row[], options: EvaluationOptions): Promise<object>;
}

/** `llmos eval …`: runs an evaluation against the running services and shows its figures. */
export async function evaluate<Row>(
  context: CommandContext,
  { json, url, concurrency, limit }: EvalOptions,
  { unit, rows: all, evaluate }: Evaluation<Row>,
): Promise<number> {
  const rows = all.slice(0, limit);
  if (rows.length === 0) throw new CliError(`There are no ${unit} to evaluate`);
  const client = gatewayClient(context, url);
  const bar = workBar(context.terminal, unit, rows.length);
  try {
    const report = await evaluate(client, rows, { concurrency, onDone: () => bar.advance() });
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

/** The content of a file named with --data. */
export function readData(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new CliError(`${file} cannot be read`, 'give --data the path of a file', { cause });
  }
}
