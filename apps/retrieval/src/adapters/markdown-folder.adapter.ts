import { watch, type FSWatcher } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LlmosError } from '@llmos/contracts';
import { documentSchema } from '@llmos/contracts/capabilities/retrieval';
import { parse } from 'yaml';
import type { Article, ArticleFolder, FolderContent } from '../ports/article-folder.port.js';

/** Editors save in several steps and checkouts write many files: changes are awaited this long. */
const SETTLE_MS = 300;
const FRONT_MATTER = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)([\s\S]*)$/;

/**
 * The `.md` files of one folder that begin with front matter (`id`, `title`, `intents`; other keys are ignored).
 * A file without front matter, such as a README.md, is not an article.
 */
export class MarkdownFolder implements ArticleFolder {
  constructor(
    private readonly path: string,
    private readonly onWatchFault: (error: unknown) => void = () => undefined,
  ) {}

  async read(): Promise<FolderContent> {
    const files = await readdir(this.path).catch((cause: unknown) => {
      throw new LlmosError(
        'NOT_FOUND',
        `The folder ${this.path} cannot be read. Set LLMOS_RETRIEVAL_DOCUMENTS to a readable folder.`,
        { cause },
      );
    });
    const articles = new Map<string, Article>();
    const faults: Array<{ file: string; reason: string }> = [];
    for (const file of files.filter((name) => name.endsWith('.md')).sort()) {
      const article = await this.readArticle(file);
      if (typeof article === 'string') faults.push({ file, reason: article });
      else if (article && articles.has(article.id))
        faults.push({ file, reason: `another file already has the id '${article.id}'` });
      else if (article) articles.set(article.id, article);
    }
    return { articles: [...articles.values()], faults };
  }

  watch(onChange: () => void): { stop(): void } {
    let timer: NodeJS.Timeout | undefined;
    const settle = (): void => {
      clearTimeout(timer);
      timer = setTimeout(onChange, SETTLE_MS);
    };
    const watcher = this.openWatcher(settle);
    return {
      stop: () => {
        clearTimeout(timer);
        watcher?.close();
      },
    };
  }

  /** If the system cannot watch the folder, it is read at the start only. */
  private openWatcher(onEvent: () => void): FSWatcher | undefined {
    try {
      return watch(this.path, { persistent: false }, onEvent).on('error', this.onWatchFault);
    } catch (error) {
      this.onWatchFault(error);
      return undefined;
    }
  }

  /** The article; undefined for a file that is none; a reason for one that is broken. */
  private async readArticle(file: string): Promise<Article | string | undefined> {
    try {
      const [, front, text] = FRONT_MATTER.exec(await readFile(join(this.path, file), 'utf8')) ?? [];
      if (front === undefined || text === undefined) return undefined;
      const parsed = documentSchema.safeParse({ ...(parse(front) as object), text: text.trim() });
      return parsed.success
        ? parsed.data
        : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    } catch (error) {
      return error instanceof Error ? error.message : 'it cannot be read';
    }
  }
}
