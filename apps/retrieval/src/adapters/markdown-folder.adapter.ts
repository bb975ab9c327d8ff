import { watch, type FSWatcher } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LlmosError } from '@llmos/contracts';
import { documentSchema } from '@llmos/contracts/capabilities/retrieval';
import { parse } from 'yaml';
import { DocumentIds } from '../import/document-ids.js';
import { articleDocument } from '../import/read/article.js';
import type { Article, ArticleFolder, FolderContent } from '../ports/article-folder.port.js';

/** Editors save in several steps and checkouts write many files: changes are awaited this long. */
const SETTLE_MS = 300;
const FRONT_MATTER = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)([\s\S]*)$/;

/** Explains the folder, and is no article unless it has front matter. */
const README = /^readme\.md$/iu;
const OTHER_FILE = 'is not read: only the .md files in the folder itself are; import others with `llmos documents add`';

/**
 * The `.md` files of one folder. Front matter (`id`, `title`, `intents`; other keys are ignored) is read; without it the
 * id is made of the name, and the first heading is the title.
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
    const ignored = files.filter((name) => !/^\.|\.md$/u.test(name)).map((file) => ({ file, reason: OTHER_FILE }));
    return { articles: [...articles.values()], faults, ignored };
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

  /** The article; undefined for a README; a reason for one that is broken. */
  private async readArticle(file: string): Promise<Article | string | undefined> {
    try {
      const content = await readFile(join(this.path, file), 'utf8');
      const [, front, text] = FRONT_MATTER.exec(content) ?? [];
      if (front === undefined || text === undefined) return README.test(file) ? undefined : plainArticle(content, file);
      const parsed = documentSchema.safeParse({ ...(parse(front) as object), text: text.trim() });
      return parsed.success
        ? parsed.data
        : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    } catch (error) {
      return error instanceof Error ? error.message : 'it cannot be read';
    }
  }
}

function plainArticle(content: string, file: string): Article {
  const { title, text } = articleDocument(content, file);
  return documentSchema.parse({ id: new DocumentIds().idOf(file, {}), title, text, intents: [] });
}
