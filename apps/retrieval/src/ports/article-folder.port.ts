/** A file of the folder, read. */
export interface Article {
  readonly id: string;
  readonly title: string;
  /** Markdown. */
  readonly text: string;
  readonly intents: readonly string[];
}

export interface FolderContent {
  readonly articles: readonly Article[];
  /** Names of files that look like articles and cannot be read as such, with what is wrong. */
  readonly faults: ReadonlyArray<{ readonly file: string; readonly reason: string }>;
}

/** A folder of articles that somebody edits. */
export interface ArticleFolder {
  /** @throws LlmosError NOT_FOUND when the folder cannot be read. */
  read(): Promise<FolderContent>;
  /** Calls back after changes have settled, until stopped. */
  watch(onChange: () => void): { stop(): void };
}

/** The token under which Nest injects the port. */
export const ARTICLE_FOLDER = Symbol('ArticleFolder');
