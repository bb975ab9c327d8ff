import { z } from 'zod';
import { EvaluationError } from './evaluation-error.js';

/**
 * The rows of a text with one JSON object per line; empty lines are skipped.
 *
 * @throws EvaluationError naming the first line that does not match the schema.
 */
export function parseLines<T>(text: string, file: string, schema: z.ZodType<T>): T[] {
  return text.split(/\r?\n/).flatMap((line, at) => {
    if (line.trim() === '') return [];
    try {
      return [schema.parse(JSON.parse(line))];
    } catch (cause) {
      const reason = cause instanceof z.ZodError ? (cause.issues[0]?.message ?? '') : 'not JSON';
      throw new EvaluationError(`${file}:${at + 1}: ${reason}`, 'write one JSON object per line', { cause });
    }
  });
}
