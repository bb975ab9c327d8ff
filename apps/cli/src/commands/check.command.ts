import { check as contract, thresholdsSchema } from '@llmos/contracts/capabilities/scheduler-alerts';
import { readYaml } from '@llmos/pipeline';
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { CliError } from '../cli-error.js';
import { fileFault } from '../file-fault.js';
import { gatewayClient, type CommandContext } from './context.js';

export interface CheckOptions {
  readonly json?: boolean;
  readonly url?: string;
}

/** `llmos ops check`: tests a file of thresholds by the tests in it. The exit code is 1 if one fails. Nothing is changed. */
export async function check(context: CommandContext, file: string, { json, url }: CheckOptions): Promise<number> {
  const { rules, tests } = readThresholds(file);
  const { details } = await gatewayClient(context, url).process('check_thresholds', { rules, tests });
  const reply = contract.output.parse(details);
  const failed = reply.tests.filter(({ passed }) => !passed);
  const { terminal } = context;
  if (json) terminal.line(JSON.stringify(reply));
  else {
    for (const { name, passed, differences } of reply.tests) {
      terminal.line(`${passed ? '✓' : '✗'} ${name}`);
      for (const { atSeconds, expected, firing } of differences)
        terminal.line(`    at ${atSeconds} s: expected ${listOf(expected)}, but firing was ${listOf(firing)}`);
    }
    terminal.line(`${reply.rules} rules, ${reply.tests.length} tests, ${failed.length} failed`);
  }
  return failed.length > 0 ? 1 : 0;
}

const listOf = (names: readonly string[]) => (names.length > 0 ? names.join(', ') : 'nothing');

/** As they are in the file: the service reads times and defaults itself. */
function readThresholds(file: string): { readonly rules: unknown[]; readonly tests: unknown[] } {
  if (!existsSync(file)) throw new CliError(`There is no file ${file}`, 'give the path of a file with thresholds');
  const text = readFileSync(file, 'utf8');
  try {
    readYaml(text, file, thresholdsSchema);
  } catch (error) {
    throw fileFault(error);
  }
  const { rules = [], tests = [] } = (parse(text) ?? {}) as { rules?: unknown[]; tests?: unknown[] };
  return { rules, tests };
}
