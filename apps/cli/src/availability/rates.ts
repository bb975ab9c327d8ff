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
