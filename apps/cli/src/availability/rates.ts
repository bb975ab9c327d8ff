import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { CliError } from '../cli-error.js';

/** A number for all services, and numbers for single ones. */
export interface Rates {
  readonly all: number | undefined;
  readonly single: Readonly<Record<string, number>>;
}

const PART = /^\s*(?:([a-z][a-z0-9-]*)\s*=)?\s*(\d{1,6}(?:\.\d+)?)\s*$/;

/**
 * Reads `0.5`, `generation=2` or `0.5,generation=2`.
 *
 * @throws CliError naming the part that is none of these.
 */
export function parseRates(text: string, option: string): Rates {
  let all: number | undefined;
  const single: Record<string, number> = {};
  for (const part of text.split(',')) {
    const [, name, digits] = PART.exec(part) ?? [];
    if (digits === undefined || Number(digits) <= 0)
      throw new CliError(`'${part}' is no positive number for ${option}`, `write it such as 0.5 or 0.5,generation=2`);
    if (name === undefined) all = Number(digits);
    else single[name] = Number(digits);
  }
  return { all, single };
}

const reportSchema = z.object({
  verdicts: z.array(
    z.object({ fault: z.string(), times: z.number(), recoveryMs: z.object({ p50: z.number().nonnegative() }) }),
  ),
});
const KILLED = /^kill ([a-z][a-z0-9-]*)$/;

/**
 * Reads a report of `llmos faults`: how long it usually took until all was whole again after a process of a service was killed.
 *
 * @returns seconds by service.
 * @throws CliError if the file is no such report, or has no such fault.
 */
export function readRepairs(file: string): Record<string, number> {
  const hint = 'give --faults the report.json of `npx llmos faults`';
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new CliError(`${file} cannot be read: ${(cause as Error).message}`, hint, { cause });
  }
  const found = (reportSchema.safeParse(content).data?.verdicts ?? []).flatMap(({ fault, times, recoveryMs }) => {
    const service = KILLED.exec(fault)?.[1];
    return service && times > 0 && recoveryMs.p50 > 0 ? [[service, recoveryMs.p50 / 1_000] as const] : [];
  });
  if (found.length === 0) throw new CliError(`${file} has no service that was killed`, hint);
  return Object.fromEntries(found);
}
