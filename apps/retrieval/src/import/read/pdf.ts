import { getDocumentProxy } from 'unpdf';
import type { Block } from '../../structure/block.js';
import { readConventions } from '../../structure/conventions.js';
import { blocksDocument } from './page.js';
import { withItems } from './pdf-items.js';
import { linesOf, type PdfItem, type PdfLine } from './pdf-line.js';
import { tableAt } from './pdf-table.js';
import { FileFault, type FoundDocument, type SourceFile } from './source-file.js';

const MAX_PAGES = 500;
/** Text of this many times the size of most text is a heading. */
const HEADING_SIZE = 1.15;
const MAX_HEADING_CHARS = 200;
/** Lines that are further apart than this many times their size are different paragraphs. */
const PARAGRAPH_GAP = 1.7;
/** A line at the edge of so many pages, whatever its numbers are, is a header or a footer. */
const REPEATED_PAGES = 3;
const BEGINS_LINE = /^(?:[•‣◦▪●○∙·–—*-]\s|\(?\d{1,3}[.)]\s|step\s+\d|[QA]\d{0,3}\s?[:.]\s)/iu;

/**
 * The text of a PDF in the order of its lines: larger text is a heading, lines of cells below each other are a table,
 * and headers and footers are left out.
 *
 * @throws FileFault for one that is encrypted, has no text, or too many pages
 */
export async function pdfDocument({ bytes, name }: SourceFile): Promise<FoundDocument> {
  const pdf = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 }).catch((error: unknown) => {
    throw faultOf(error);
  });
  try {
    if (pdf.numPages > MAX_PAGES) throw new FileFault(`has ${pdf.numPages} pages; the limit is ${MAX_PAGES}: split it`);
    const lines: PdfLine[] = [];
    for (let number = 1; number <= pdf.numPages; number++) {
      const page = await pdf.getPage(number);
      const { items } = await page.getTextContent();
      lines.push(...linesOf(items as readonly PdfItem[], number));
      page.cleanup();
    }
    if (lines.length === 0) throw new FileFault('has no text: if it is scanned, make its text selectable first');
    return blocksDocument(readConventions(blocksOf(withItems(withoutEdges(lines)))), undefined, name);
  } finally {
    await pdf.loadingTask.destroy();
  }
}

function faultOf(error: unknown): FileFault {
  const isLocked = error instanceof Error && error.name === 'PasswordException';
  return new FileFault(isLocked ? 'needs a password: save it without one' : 'is no PDF, or is damaged');
}

/** Without page numbers, and without the first and last lines that many pages have. */
function withoutEdges(lines: readonly PdfLine[]): PdfLine[] {
  const pages = [...Map.groupBy(lines, ({ page }) => page).values()];
  const plain = ({ text }: PdfLine): string => text.replace(/\d+/gu, '#');
  const counts = new Map<string, number>();
  for (const page of pages)
    for (const text of new Set([page[0], page.at(-1)].flatMap((line) => (line ? [plain(line)] : []))))
      counts.set(text, (counts.get(text) ?? 0) + 1);
  const isEdge = (line: PdfLine, page: readonly PdfLine[]): boolean =>
    (line === page[0] || line === page.at(-1)) &&
    (/^(?:page )?\d+(?: (?:of|\/) \d+)?$/iu.test(line.text) || (counts.get(plain(line)) ?? 0) >= REPEATED_PAGES);
  return pages.flatMap((page) => page.filter((line) => !isEdge(line, page)));
}

function blocksOf(lines: readonly PdfLine[]): Block[] {
  const body = bodySize(lines);
  const sizes = [...new Set(lines.filter(({ size }) => size >= body * HEADING_SIZE).map(({ size }) => size))];
  const levels = new Map(sizes.sort((a, b) => b - a).map((size, n) => [size, Math.min(n + 1, 4)]));
  const blocks: Block[] = [];
  let before: PdfLine | undefined;
  let paragraph: string[] = [];
  const end = (): void => {
    if (paragraph.length > 0)
      blocks.push({ kind: 'paragraph', lines: paragraph.map((text) => ({ text, strong: false })) });
    paragraph = [];
  };
  for (let n = 0; n < lines.length; n++) {
    const line = lines[n]!;
    const table = tableAt(lines, n);
    if (table) {
      end();
      blocks.push(table.block);
      n += table.lines - 1;
      before = lines[n];
      continue;
    }
    const level = line.text.length > MAX_HEADING_CHARS ? undefined : levels.get(line.size);
    if (level !== undefined) {
      end();
      addHeading(blocks, level, line.text, before?.size === line.size && !isNewParagraph(before, line));
    } else {
      if (before && isNewParagraph(before, line) && !continuesItems(paragraph, line)) end();
      addLine(paragraph, line.text);
    }
    before = line;
  }
  end();
  return blocks;
}

/** The size of most characters. */
function bodySize(lines: readonly PdfLine[]): number {
  const counts = new Map<number, number>();
  for (const { size, text } of lines) counts.set(size, (counts.get(size) ?? 0) + text.length);
  return [...counts].reduce((most, each) => (each[1] > most[1] ? each : most), [0, 0])[0];
}

function addHeading(blocks: Block[], level: number, text: string, continues: boolean): void {
  const last = blocks.at(-1);
  if (continues && last?.kind === 'heading' && last.level === level && !/[.?!]$/u.test(last.text))
    blocks[blocks.length - 1] = { ...last, text: `${last.text} ${text}` };
  else blocks.push({ kind: 'heading', level, text });
}

/** A paragraph that a page cuts continues in the middle of its sentence. */
function isNewParagraph(before: PdfLine, line: PdfLine): boolean {
  if (before.page !== line.page) return /[.!?:]["')\]]*$/u.test(before.text) || !/^\p{Ll}/u.test(line.text);
  return before.y - line.y > PARAGRAPH_GAP * Math.max(before.size, line.size) || before.size !== line.size;
}

/** Items are one list also with space between them. */
function continuesItems(paragraph: readonly string[], { text }: PdfLine): boolean {
  return BEGINS_LINE.test(text) && paragraph.some((each) => BEGINS_LINE.test(each));
}

/** Lines of a paragraph are one text, unless they begin an item or follow a question. */
function addLine(paragraph: string[], text: string): void {
  const last = paragraph.at(-1);
  if (last === undefined || BEGINS_LINE.test(text) || /[?:]$/u.test(last)) paragraph.push(text);
  else if (/\p{Ll}-$/u.test(last) && /^\p{Ll}/u.test(text)) paragraph[paragraph.length - 1] = last.slice(0, -1) + text;
  else paragraph[paragraph.length - 1] = `${last} ${text}`;
}
