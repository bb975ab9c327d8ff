/** A file to read: its name decides how, with its media type if it has no known ending. */
export interface SourceFile {
  /** Its path in a folder or an archive, or its address. */
  readonly name: string;
  readonly type?: string | undefined;
  readonly bytes: Uint8Array;
}

/** A document found in a file. */
export interface FoundDocument {
  /** The file itself has one, in its front matter or a column. */
  readonly id?: string | undefined;
  /** What tells it from the others of its file, such as its question. */
  readonly key?: string | undefined;
  readonly title: string;
  /** Markdown. */
  readonly text: string;
  readonly intents?: readonly string[] | undefined;
}

/** One result of reading: a document, or why there is none. */
export type Found = { readonly source: string } & ({ readonly document: FoundDocument } | { readonly reason: string });

/** A fault of a file that its owner can mend. The message completes `<file>: `. */
export class FileFault extends Error {}

/** The last part of a name, without its ending: `guides/freeze_a-card.md` → `freeze a card`. */
export function titleOf(name: string): string {
  const last =
    name
      .replace(/(?<![/\\])[/\\]+$/u, '')
      .split(/[/\\]/u)
      .at(-1) ?? name;
  const words = last
    .replace(/\.[A-Za-z0-9]{1,8}$/u, '')
    .replace(/[_\-+]+/gu, ' ')
    .trim();
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1);
}
