import { CliError } from '../cli-error.js';

/** Requests in the order they came, in whole milliseconds. */
export interface RecordedTrace {
  readonly arrivalsMs: number[];
  readonly servicesMs: number[];
}

/** How long a replica works on a request that is given by its tokens. */
export interface TokenRates {
  /** Tokens of the context per second. */
  readonly prefill: number;
  /** Generated tokens per second. */
  readonly decode: number;
}

interface Recorded {
  readonly atMs: number;
  readonly serviceMs: number;
}

/**
 * Reads a CSV file of requests. Its columns are `TIMESTAMP,ContextTokens,GeneratedTokens`, as in Azure's traces of LLM
 * inference (times in UTC), or `at,service`, both in seconds. The rows may have any order.
 *
 * @throws CliError naming the line that is wrong.
 */
export function parseTrace(text: string, file: string, rates: TokenRates): RecordedTrace {
  const [head = '', ...lines] = text.trim().split(/\r?\n/);
  const read = readerOf(head.trim(), rates);
  if (!read)
    throw new CliError(
      `${file} begins with '${head.slice(0, 60)}'`,
      'its first line must be at,service or TIMESTAMP,ContextTokens,GeneratedTokens',
    );
  const shape = head.startsWith('at') ? `${head} in seconds, such as 12.5,0.8` : head;
  const rows = lines.map((line, at) => {
    const row = read(line.split(','));
    if (!Number.isFinite(row.atMs) || !(row.serviceMs >= 0))
      throw new CliError(`line ${at + 2} of ${file} is no request: '${line.slice(0, 60)}'`, `write it as ${shape}`);
    return row;
  });
  if (rows.length === 0) throw new CliError(`${file} has no requests`, `add a line for each, with ${shape}`);
  rows.sort((a, b) => a.atMs - b.atMs);
  const start = rows[0]!.atMs;
  return {
    arrivalsMs: rows.map(({ atMs }) => Math.round(atMs - start)),
    servicesMs: rows.map(({ serviceMs }) => Math.round(serviceMs)),
  };
}

type Reader = (cells: readonly string[]) => Recorded;

function readerOf(head: string, { prefill, decode }: TokenRates): Reader | undefined {
  if (head === 'at,service')
    return (cells) => ({ atMs: 1_000 * numberOf(cells[0]), serviceMs: 1_000 * numberOf(cells[1]) });
  if (head !== 'TIMESTAMP,ContextTokens,GeneratedTokens') return undefined;
  return ([time = '', context, generated]) => ({
    atMs: Date.parse(`${time.replace(' ', 'T')}Z`),
    serviceMs: 1_000 * (numberOf(context) / prefill + numberOf(generated) / decode),
  });
}

const numberOf = (text = '') => (/^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : NaN);
