/** Columns are parted by tabs or several spaces; two spaces after a sentence part nothing. */
const GAP = /\t+|(?<![.!?]) {2,}/u;
/** Fewer lines of two columns are chance. */
const MIN_LINES = { two: 3, more: 2 } as const;
const MARKED = /^\s*(?:[|#>*+•–—-]|\(?\d{1,3}[.)]\s|```|~~~|$)/u;
const FENCE = /^\s*(?:```|~~~)/u;
const ITEM = /^\s*(?:[*+•-]|\(?\d{1,3}[.)])\s+\S/u;
/** Who writes on to the edge breaks lines at about this column. */
const EDGE = 72;
/** A longer line was not broken at an edge. */
const LONG = 120;
/** A line of a few words without a number. */
const TITLE = /^\p{Lu}[^\d.,;:!?|]{1,60}$/u;
const MAX_TITLE_WORDS = 5;
/** The same with a number is a heading only in capital letters: else it is a step. */
const NUMBERED_TITLE = /^\d{1,2}[.)]\s+(?=[\p{Lu}\s&'/-]{3,60}$)/u;
const SENTENCE = /^["'(]?\p{Lu}.*[.!?]["')]*\s*$/u;
const HEADING = /^#{1,6}\s/mu;
const ANSWER = /^(?:A|Answer)\d{0,3}\s?[:.)]/u;

/**
 * What people write without markup, as Markdown: lines of columns that stand below each other are a table, a line that
 * ends with its sentence is a paragraph, a sentence in a line of its own after a list does not belong to the last item, and
 * a few words above a sentence are its heading, if no heading is marked.
 */
export function withMarkup(text: string): string {
  const lines = text.split(/\r?\n/u);
  const out: string[] = [];
  const hasHeadings = HEADING.test(text);
  let isCode = false;
  for (let n = 0; n < lines.length; n++) {
    const line = lines[n]!;
    if (FENCE.test(line)) isCode = !isCode;
    const rows = isCode ? [] : rowsAt(lines, n);
    if (rows.length > 0) {
      out.push('', ...tableOf(rows), '');
      n += rows.length - 1;
      continue;
    }
    const isApart = endsList(lines[n - 1], line) || endsParagraph(lines[n - 1], line);
    if (!isCode && isApart && out.at(-1) !== '') out.push('');
    const title = isCode || hasHeadings ? undefined : titleAt(lines, n);
    if (title !== undefined) out.push(`**${title}**`, ...(lines[n + 1] ? [''] : []));
    else out.push(line);
  }
  return out.join('\n').trim();
}

function rowsAt(lines: readonly string[], from: number): string[][] {
  const rows: string[][] = [];
  for (const line of lines.slice(from)) {
    const cells = MARKED.test(line) ? [] : line.trim().split(GAP);
    if (cells.length < 2) break;
    rows.push(cells);
  }
  const isWide = rows.every((cells) => cells.length > 2);
  return rows.length >= (isWide ? MIN_LINES.more : MIN_LINES.two) ? rows : [];
}

/** The first row names the columns if it is the only one without a number. */
function tableOf(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((cells) => cells.length));
  const [first = [], ...others] = rows;
  const isHeader = !hasNumber(first) && others.every(hasNumber);
  const [header, ...body] = isHeader ? rows : [[], ...rows];
  const written = (cells: readonly string[]): string =>
    `| ${Array.from({ length: columns }, (_, n) => (cells[n] ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
  return [written(header ?? []), `|${' --- |'.repeat(columns)}`, ...body.map(written)];
}

function hasNumber(cells: readonly string[]): boolean {
  return cells.some((cell) => /\d/u.test(cell));
}

/** Whether a line begins a sentence behind an item that did not reach the edge. */
function endsList(item: string | undefined, line: string): boolean {
  if (item === undefined || !ITEM.test(item) || !/^\p{Lu}/u.test(line) || /[,:;(]\s*$/u.test(item)) return false;
  return wasRoom(item, line);
}

/** Whether a sentence ends a line that was not broken at the edge: each line is a note of its own. */
function endsParagraph(before: string | undefined, line: string): boolean {
  if (before === undefined || MARKED.test(before) || !/[.!)]["')]*\s*$/u.test(before)) return false;
  return /^\p{Lu}/u.test(line) && !ANSWER.test(line) && (before.length > LONG || wasRoom(before, line));
}

/** Whether the first word of a line would have had room in the line before. */
function wasRoom(before: string, line: string): boolean {
  return before.trimEnd().length + 1 + line.search(/\s|$/u) < EDGE;
}

/** What a line behind an empty one says that the next sentence is about. */
function titleAt(lines: readonly string[], n: number): string | undefined {
  const title = lines[n]!.trim().replace(NUMBERED_TITLE, '');
  if (lines[n - 1]?.trim() || !TITLE.test(title) || title.split(/\s+/u).length > MAX_TITLE_WORDS) return undefined;
  const next = lines[n + 1]?.trim() || lines[n + 2]?.trim() || '';
  return !MARKED.test(next) && SENTENCE.test(next) ? title : undefined;
}
