import { Parser } from 'htmlparser2';
import { paragraphOf, TERM_LEVEL, type Block } from './block.js';
import { Footnotes } from './footnotes.js';
import { InlineText, squeeze } from './inline-text.js';
import { TableText } from './table-text.js';

/** Elements whose text nobody reads. */
const HIDDEN = new Set(
  'script style template head svg math iframe object canvas select textarea audio video'.split(' '),
);
/** Elements that do not interrupt a line. */
const INLINE = new Set(
  `a abbr acronym b bdi bdo big button cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span
  strike strong sub sup time tt u var wbr img`.split(/\s+/),
);
/** Says of further elements that they are left out. */
export type IsHidden = (name: string, attributes: Readonly<Record<string, string>>) => boolean;

/** As deep as browsers nest elements. */
const MAX_DEPTH = 512;
const END_LEVEL = 6;
const HEADING = /^h([1-6])$/;
const FOOTNOTE = /^(?:fn|footnote|endnote|cite_note)/;
/** Says where a statement is from, and not what it means. */
const CITATION = /^cite_note/;

interface ListText {
  readonly kind: 'list';
  readonly ordered: boolean;
  readonly start: number;
  readonly items: string[];
  /** Items without a list around them: anything else ends it. */
  readonly implied: boolean;
}

interface ItemText {
  readonly kind: 'item';
  /** Its id; undefined if the item is no footnote. */
  readonly footnote: string | undefined;
  readonly pieces: string[];
}

/**
 * The blocks of an HTML document or fragment, in order, as plain text: entities are decoded, hidden elements
 * removed, and footnotes said where their marks stand. What is nested in an item or a cell becomes text of it. Accepts any text and takes linear
 * time; elements that are not closed end where a browser would end them, or with the document.
 *
 * @param isHidden says of further elements that they are left out, such as `nav`
 */
export function readHtml(html: string, isHidden: IsHidden = () => false): Block[] {
  return read(html, isHidden) ?? read(html.replace(/<[^<>]*>/gu, ' '), isHidden) ?? [];
}

/** Undefined if elements are nested so deep that the parser would take quadratic time: only rubbish is. */
function read(html: string, isHidden: IsHidden): Block[] | undefined {
  const reader = new HtmlReader(isHidden);
  let depth = 0;
  const parser = new Parser({
    onopentag: (name, attributes) => {
      if (++depth > MAX_DEPTH) parser.pause();
      reader.open(name, attributes);
    },
    ontext: (text) => reader.text(text),
    onclosetag: (name) => {
      depth--;
      reader.close(name);
    },
  });
  parser.write(html);
  if (depth > MAX_DEPTH) return undefined;
  parser.end();
  return reader.end();
}

class HtmlReader {
  private readonly blocks: Block[] = [];
  private readonly containers: Array<ListText | ItemText | TableText> = [];
  private readonly inline = new InlineText();
  private depth = 0;
  /** The depth of the element that is left out with all that is in it. */
  private hiddenAt: number | undefined;
  private strong = 0;
  private code: string | undefined;
  /** A link within the document: where its text begins, and where it leads. */
  private link: { readonly start: number; readonly target: string } | undefined;
  private readonly footnotes = new Footnotes();
  private inFootnotes = false;

  constructor(private readonly isHidden: IsHidden) {}

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.depth++;
    if (HIDDEN.has(name) || this.isHidden(name, attributes)) this.hiddenAt ??= this.depth;
    if (this.hiddenAt !== undefined) return;
    if (name === 'br') return this.code === undefined ? this.inline.break() : this.text('\n');
    if (INLINE.has(name)) return this.openInline(name, attributes);
    this.flush();
    if (name !== 'li') this.closeImpliedList();
    if (name === 'pre') this.code = '';
    else if (name === 'ul' || name === 'ol') this.openList(name === 'ol', Number(attributes['start'] ?? 1));
    else if (name === 'li') this.openItem(attributes);
    else if (name === 'table') this.containers.push(new TableText());
    else if (name === 'tr') this.table?.openRow();
    else if (name === 'td' || name === 'th') this.table?.openCell(name === 'th', attributes);
  }

  text(text: string): void {
    if (this.hiddenAt !== undefined) return;
    const clean = Footnotes.clean(text);
    if (this.code === undefined) this.inline.add(clean.replace(/\s+/gu, ' '), this.strong > 0);
    else this.code += clean;
  }

  close(name: string): void {
    if (this.hiddenAt === this.depth--) this.hiddenAt = undefined;
    if (this.hiddenAt !== undefined || name === 'br') return;
    if (INLINE.has(name)) return this.closeInline(name);
    const level = HEADING.exec(name)?.[1];
    if (level !== undefined) return this.heading(Number(level));
    if (name === 'dt' || name === 'summary') return this.heading(TERM_LEVEL);
    this.flush();
    if (name === 'pre') this.closeCode();
    else if (name === 'ul' || name === 'ol') this.closeList();
    else if (name === 'li') this.closeItem();
    else if (name === 'table') this.closeTable();
    else if (name === 'dl' || name === 'details') this.endHeadings(TERM_LEVEL);
  }

  end(): Block[] {
    this.flush();
    while (this.containers.length > 0) this.closeContainer();
    const blocks = this.blocks.map((block) => this.footnotes.fill(block));
    return [...blocks, ...this.footnotes.rest().map(paragraphOf)];
  }

  private openInline(name: string, { href, alt }: Readonly<Record<string, string>>): void {
    if (name === 'b' || name === 'strong') this.strong++;
    if (name === 'a' && href?.startsWith('#')) this.link = { start: this.inline.position, target: href.slice(1) };
    if (name === 'img' && alt) this.text(` ${alt} `);
  }

  private closeInline(name: string): void {
    if (name === 'a' && this.link !== undefined) {
      this.inline.replaceMark(this.link.start, this.footnotes.markOf(this.link.target));
      this.link = undefined;
    }
    if (name !== 'b' && name !== 'strong') return;
    this.strong = Math.max(0, this.strong - 1);
    if (this.strong === 0 && this.containers.length === 0) this.inline.endStrong();
  }

  private get container(): ListText | ItemText | TableText | undefined {
    return this.containers.at(-1);
  }

  private get table(): TableText | undefined {
    return this.container?.kind === 'table' ? this.container : undefined;
  }

  /** Ends the text collected so far: a paragraph, or a piece of the item or the cell that it is in. */
  private flush(): void {
    const lines = this.inline.take();
    if (this.code !== undefined || lines.length === 0) return;
    this.closeImpliedList();
    if (this.container === undefined) this.blocks.push({ kind: 'paragraph', lines });
    else this.addToContainer(lines.map(({ text }) => text).join(' '));
  }

  private addToContainer(text: string): void {
    const inside = this.container;
    if (inside?.kind === 'item') inside.pieces.push(text);
    else if (inside?.kind === 'table') inside.add(text);
    else if (inside?.kind === 'list') inside.items.push(text);
  }

  private heading(level: number): void {
    const text = this.inline.take().map((line) => line.text);
    // Pages have empty headings by accident; of the last level one ends a list of questions.
    if (text.length === 0) return level === END_LEVEL ? this.endHeadings(level) : undefined;
    if (this.container === undefined) this.blocks.push({ kind: 'heading', level, text: text.join(' ') });
    else this.addToContainer(text.join(' '));
  }

  private endHeadings(level: number): void {
    if (this.container === undefined) this.blocks.push({ kind: 'heading', level, text: '' });
  }

  private closeCode(): void {
    const text = (this.code ?? '').trimEnd().replace(/^\n+/u, '');
    this.code = undefined;
    if (text === '') return;
    if (this.container === undefined) this.blocks.push({ kind: 'code', text });
    else this.addToContainer(squeeze(text));
  }

  private openList(ordered: boolean, start: number, implied = false): void {
    const from = Number.isSafeInteger(start) ? start : 1;
    this.containers.push({ kind: 'list', ordered, start: from, items: [], implied });
  }

  private closeImpliedList(): void {
    if (this.container?.kind === 'list' && this.container.implied) this.closeList();
  }

  private openItem({ id, class: name }: Readonly<Record<string, string>>): void {
    if (this.container?.kind !== 'list') this.openList(false, 1, true);
    const note = id ?? name ?? '';
    this.containers.push({ kind: 'item', footnote: FOOTNOTE.test(note) ? note : undefined, pieces: [] });
  }

  private closeItem(): void {
    const item = this.container;
    if (item?.kind !== 'item') return;
    this.containers.pop();
    const text = item.pieces.join(' ');
    const alone = this.containers.length === 1;
    if (item.footnote !== undefined && alone) this.footnote(item.footnote, text);
    else if (text !== '') this.addToContainer(text);
  }

  /** A footnote belongs to no section, and is no step of a list. */
  private footnote(id: string, text: string): void {
    if (!this.inFootnotes) this.blocks.push({ kind: 'heading', level: 1, text: '' });
    this.inFootnotes = true;
    if (CITATION.test(id)) this.blocks.push(paragraphOf(text));
    else this.footnotes.add(id, text);
  }

  private closeList(): void {
    const list = this.container;
    if (list?.kind !== 'list') return;
    this.containers.pop();
    const { ordered, start, items } = list;
    if (items.length === 0) return;
    if (this.container === undefined) this.blocks.push({ kind: 'list', ordered, start, items });
    else this.nest(items.map((item) => item.replace(/[.;,]$/u, '')).join('; '));
  }

  /** A list in an item or a cell explains the text before it. */
  private nest(text: string): void {
    const pieces = this.container?.kind === 'item' ? this.container.pieces : [];
    const lead = pieces.pop();
    this.addToContainer(lead === undefined ? text : `${lead.replace(/[.:]$/u, '')}: ${text}`);
  }

  private closeTable(): void {
    const table = this.table;
    if (!table) return;
    this.containers.pop();
    const block = table.end();
    if (!block) return;
    if (this.container === undefined) {
      // A sentence with a colon introduces the rows.
      if (table.caption !== '') this.blocks.push(paragraphOf(`${table.caption.replace(/[.:]$/u, '')}:`));
      this.blocks.push(block);
    } else this.addToContainer([block.header, ...block.rows].map((row) => row.filter(Boolean).join(', ')).join('; '));
  }

  private closeContainer(): void {
    if (this.container?.kind === 'item') this.closeItem();
    else if (this.container?.kind === 'list') this.closeList();
    else this.closeTable();
  }
}
