/** One line of a paragraph, as its author broke it. */
export interface Line {
  readonly text: string;
  /** Whether the whole line is bold, as people write headings without saying that they are. */
  readonly strong: boolean;
}

/** A part of a document as plain text: what Markdown, HTML and word processors have in common. */
export type Block =
  /** Without text it only ends the headings of its level and below. Level 1 is the outermost. */
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph'; readonly lines: readonly Line[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly start: number; readonly items: readonly string[] }
  /** A header without text in all cells: the table has none. */
  | { readonly kind: 'table'; readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'code'; readonly text: string };

/** The level of a question in a list of questions and of a defined term: below all headings. */
export const TERM_LEVEL = 7;

/** A paragraph of one line, as it is. */
export function paragraphOf(text: string): Block {
  return { kind: 'paragraph', lines: [{ text, strong: false }] };
}
