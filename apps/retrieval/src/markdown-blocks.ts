/** A block of a Markdown document as plain text. */
export interface MarkdownBlock {
  readonly kind: 'heading' | 'paragraph' | 'list';
  /** Plain text; the items of a list, the rows of a table and the lines of code are separated by line feeds. */
  readonly text: string;
}

const HEADING = /^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$/;
const UNDERLINE = /^ {0,3}(?:=+|-+)\s*$/;
const RULE = /^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/;
const LIST_ITEM = /^\s*(?:[-*+]|\d{1,9}[.)])\s+(.*)$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const TABLE_ROW = /^\s*\|(.*)\|\s*$/;
const TABLE_RULE = /^[\s|:-]+$/;

/**
 * Splits Markdown into blocks, in order. It knows headings, paragraphs, lists, quotes, tables and code, and treats
 * everything else as a paragraph. Linear in the length of the text.
 */
export function readBlocks(markdown: string): MarkdownBlock[] {
  const reader = new BlockReader();
  for (const line of markdown.replace(/\r\n?/g, '\n').split('\n')) reader.read(line);
  return reader.end();
}

class BlockReader {
  private readonly blocks: MarkdownBlock[] = [];
  private kind: 'paragraph' | 'list' | 'rows' | 'code' = 'paragraph';
  private lines: string[] = [];
  private fence: string | undefined;

  read(line: string): void {
    if (this.fence !== undefined) return this.readCode(line);
    const fence = FENCE.exec(line)?.[1];
    if (fence !== undefined) return this.openFence(fence);
    const text = line.replace(/^(?: {0,3}> ?)+/, '');
    if (text.trim() === '') return this.flushUnlessList();
    const heading = HEADING.exec(text)?.[1];
    if (heading !== undefined) return this.heading(heading);
    if (this.kind === 'paragraph' && this.lines.length === 1 && UNDERLINE.test(text)) return this.underline();
    if (RULE.test(text)) return this.flush();
    this.readText(text);
  }

  end(): MarkdownBlock[] {
    this.flush();
    return this.blocks;
  }

  private readText(text: string): void {
    const item = LIST_ITEM.exec(text)?.[1];
    if (item !== undefined) return this.append('list', item);
    const row = TABLE_ROW.exec(text)?.[1];
    if (row !== undefined) {
      if (!TABLE_RULE.test(row))
        this.append(
          'rows',
          row
            .split('|')
            .map((cell) => cell.trim())
            .join(' | '),
        );
      return;
    }
    if (this.kind === 'list' && this.lines.length > 0 && /^\s/.test(text)) {
      this.lines.push(`${this.lines.pop() ?? ''} ${text.trim()}`);
      return;
    }
    this.append('paragraph', text.trim());
  }

  private append(kind: 'paragraph' | 'list' | 'rows', line: string): void {
    if (kind !== this.kind) this.flush();
    this.kind = kind;
    this.lines.push(line);
  }

  private openFence(fence: string): void {
    this.flush();
    this.fence = fence;
    this.kind = 'code';
  }

  private readCode(line: string): void {
    if (line.trim().startsWith(this.fence ?? '')) {
      this.fence = undefined;
      this.flush();
    } else if (line.trim() !== '') this.lines.push(line);
  }

  private heading(text: string): void {
    this.flush();
    this.push('heading', stripInlineMarks(text));
  }

  private underline(): void {
    const text = this.lines.pop() ?? '';
    this.heading(text);
  }

  /** An empty line ends a paragraph, but not a list. */
  private flushUnlessList(): void {
    if (this.kind !== 'list') this.flush();
  }

  private flush(): void {
    const text = this.lines.join(this.kind === 'paragraph' ? ' ' : '\n');
    this.push(this.kind === 'list' ? 'list' : 'paragraph', this.kind === 'code' ? text : stripInlineMarks(text));
    this.lines = [];
    this.kind = 'paragraph';
  }

  private push(kind: MarkdownBlock['kind'], text: string): void {
    if (text.trim() !== '') this.blocks.push({ kind, text: text.trim() });
  }
}

/** The lengths are bounded so that an unclosed mark does not cost the square of the length of a line. */
const INLINE: ReadonlyArray<readonly [RegExp, string]> = [
  [/!?\[([^[\]\n]{1,300})\]\([^()\s]{0,500}(?:\s"[^"\n]{0,200}")?\)/g, '$1'],
  [/<((?:https?:\/\/|mailto:)[^<>\s]{1,500})>/g, '$1'],
  [/\*\*(?=\S)([^*\n]{1,500})(?<=\S)\*\*/g, '$1'],
  [/(?<![\p{L}\p{N}_])__(?=\S)([^_\n]{1,500})(?<=\S)__(?![\p{L}\p{N}_])/gu, '$1'],
  [/\*(?=\S)([^*\n]{1,500})(?<=\S)\*/g, '$1'],
  [/(?<![\p{L}\p{N}_])_(?=\S)([^_\n]{1,500})(?<=\S)_(?![\p{L}\p{N}_])/gu, '$1'],
  [/~~(?=\S)([^~\n]{1,500})(?<=\S)~~/g, '$1'],
  [/`([^`\n]{1,500})`/g, '$1'],
  [/\\([\\`*_{}[\]()#+\-.!>~|])/g, '$1'],
];

function stripInlineMarks(text: string): string {
  return INLINE.reduce((stripped, [mark, plain]) => stripped.replace(mark, plain), text);
}
