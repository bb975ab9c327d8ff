import { existsSync, readFileSync } from 'node:fs';
import { planInputSchema, planNodeSchema, planServiceSchema } from '@llmos/contracts/capabilities/scheduler-plan';
import { readYaml } from '@llmos/pipeline';
import leven from 'leven';
import type { z } from 'zod';
import { CliError } from '../cli-error.js';
import { fileFault } from '../file-fault.js';

export type PlanRequest = z.output<typeof planInputSchema>;

/** @throws CliError if the file cannot be read, or with one line for each fault: file, line, field and what is wrong. */
export function readClusterFile(file: string): PlanRequest {
  if (!existsSync(file)) throw new CliError(`There is no file ${file}`, 'give --file the path of a cluster file');
  return parseCluster(readFileSync(file, 'utf8'), file);
}

/** @throws CliError as {@link readClusterFile}. `file` is its name in messages. */
export function parseCluster(text: string, file: string): PlanRequest {
  try {
    return readYaml(text, file, planInputSchema, hint);
  } catch (error) {
    throw fileFault(error);
  }
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  nodes: Object.keys(planNodeSchema.shape),
  services: Object.keys(planServiceSchema.shape),
};
/** Letters that a typo changes. */
const MOST_CHANGES = 2;

/** The field that was meant, where an unknown one is close to it. */
function hint(path: readonly PropertyKey[]): string {
  const [list, given] = [FIELDS[String(path[0])], String(path.at(-1))];
  if (!list || path.length !== 3 || list.includes(given)) return '';
  const [best] = list.map((field) => ({ field, changes: leven(given, field) })).sort((a, b) => a.changes - b.changes);
  return best && best.changes <= MOST_CHANGES ? ` (did you mean ${best.field}?)` : '';
}
