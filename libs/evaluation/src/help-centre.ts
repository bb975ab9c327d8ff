import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { EvaluationError } from './evaluation-error.js';

const frontMatter = z.object({ id: z.string(), title: z.string(), intents: z.array(z.string()).default([]) });

export interface Article extends z.infer<typeof frontMatter> {
  readonly text: string;
}

/** The articles of a folder of Markdown files, by article id. @throws EvaluationError when there are none. */
export function readHelpCentre(folder: string): Map<string, Article> {
  const articles = readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => parseArticle(readFileSync(join(folder, file), 'utf8')) ?? []);
  if (articles.length === 0) throw new EvaluationError(`${folder} has no article with front matter`);
  return new Map(articles.map((article) => [article.id, article]));
}

/** Undefined for a text without front matter. */
export function parseArticle(text: string): Article | undefined {
  const match = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(text);
  if (!match) return undefined;
  return { ...frontMatter.parse(parse(match[1]!)), text: match[2]! };
}
