/** The content of a file of the folder. */
export interface Article {
  readonly id: string;
  readonly title: string;
  /** Markdown. */
  readonly text: string;
  readonly intents: readonly string[];
}

export interface FolderContent {
  readonly articles: readonly Article[];
  /** Files that look like articles and cannot be read as such, with the reason. */
  readonly faults: ReadonlyArray<{ readonly file: string; readonly reason: string }>;
  /** Other files and folders, with what to do to have them read. */
  readonly ignored?: ReadonlyArray<{ readonly file: string; readonly reason: string }>;
}

/** A folder of articles that people edit. */
export interface ArticleFolder {
  /** @throws LlmosError NOT_FOUND if the folder cannot be read. */
  read(): Promise<FolderContent>;
  /** Calls back after each burst of changes, until stopped. */
  watch(onChange: () => void): { stop(): void };
}

/** The token under which Nest injects the port. */
export const ARTICLE_FOLDER = Symbol('ArticleFolder');
