import { describeIssue, pathOf } from '@llmos/contracts';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { lineOf } from './line-of.js';

/** Faults of a YAML file, a line for each: file, line, field and what is wrong. */
export class YamlFileError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'YamlFileError';
  }
}

/**
 * Reads a YAML text as a schema says. An empty text is an empty object.
 *
 * @param file its name in messages.
 * @param hint is added to the fault of a field.
 * @throws YamlFileError
 */
export function readYaml<S extends z.ZodType>(
  text: string,
  file: string,
  schema: S,
  hint: (path: readonly PropertyKey[]) => string = () => '',
): z.output<S> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0)
    throw new YamlFileError(
      document.errors.map(({ linePos, message }) => `${file}:${linePos?.[0].line ?? 1}: ${message.split('\n')[0]!}`),
    );
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 50 }) ?? {});
  if (parsed.success) return parsed.data;
  throw new YamlFileError(
    parsed.error.issues.map((issue) => {
      const path = pathOf(issue);
      const what = describeIssue(issue, path.map(String).join('.')).replace(/^The body/, 'The file');
      return `${file}:${lineOf(document, lines, path)}: ${what}${hint(path)}`;
    }),
  );
}
