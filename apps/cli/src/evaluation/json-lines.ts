import { z } from 'zod';
import { CliError } from '../cli-error.js';

/** @throws CliError naming the first line that is not as the schema wants it. */
export function parseLines<T>(text: string, file: string, schema: z.ZodType<T>): T[] {
  return text.split(/\r?\n/).flatMap((line, at) => {
    if (line.trim() === '') return [];
    try {
      return [schema.parse(JSON.parse(line))];
    } catch (cause) {
      const why = cause instanceof z.ZodError ? (cause.issues[0]?.message ?? '') : 'not JSON';
      throw new CliError(`${file}:${at + 1}: ${why}`, 'each line is one JSON object', { cause });
    }
  });
}
