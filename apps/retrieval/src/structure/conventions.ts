import { paragraphOf, TERM_LEVEL, type Block, type Line } from './block.js';
import { joinSteps } from './steps.js';

/** The level of a bold line that stands for a heading. */
const BOLD_LEVEL = 6;
const MAX_HEADING_CHARS = 200;
const QUESTION = /^(?:Q|Question)\s?\d{0,3}\s?[:.)]\s*(?=\S)/iu;
const ANSWER = /^(?:A|Answer)\s?\d{0,3}\s?[:.)]\s*(?=\S)/iu;
const BULLET = /^[•‣◦▪●○∙·*–—-]\s+(?=\S)/u;
const NUMBER = /^(?:step\s+)?\(?(\d{1,3})\s?[.):–-]\s+(?=\S)/iu;
/** A question with its answer in one item. */
const ASKED_ITEM = /^([^.!?]{3,200}\?)\s+(\S.*)$/u;

type List = Extract<Block, { kind: 'list' }>;
type Table = Extract<Block, { kind: 'table' }>;
type Heading = Extract<Block, { kind: 'heading' }>;

/**
 * Recognises the structure that people write without markup: a bold line or a lone question as heading, `Q:` and `A:`,
 * a list of questions with answers, bullets and `Step 1:` in lines or headings, and a numbered list that paragraphs
 * interrupt.
 */
export function readConventions(blocks: readonly Block[]): Block[] {
  const split: Block[] = [];
  let open: Block | undefined;
  for (const block of blocks) {
    const read = block.kind === 'paragraph' ? readLines(block.lines, split.at(-1), open) : readBlock(block);
    open = read.findLast(({ kind }) => kind !== 'paragraph') ?? open;
    split.push(...read);
  }
  return joinSteps(withoutLoneHeadings(split));
}

function readBlock(block: Exclude<Block, { kind: 'paragraph' }>): Block[] {
  if (block.kind === 'list') return askedItems(block);
  if (block.kind === 'table') return askedRows(block);
  return block.kind === 'heading' ? [{ ...block, text: block.text.replace(QUESTION, '') }] : [block];
}

/**
 * Splits a paragraph where a line is a heading, an answer or an item; other lines are joined.
 *
 * @param above the last block before that is no paragraph
 */
function readLines(lines: readonly Line[], before: Block | undefined, above: Block | undefined): Block[] {
  const blocks: Block[] = [];
  let text: string[] = [];
  const end = (next: Block): void => {
    if (text.length > 0) blocks.push(paragraphOf(text.join(' ')));
    text = [];
    blocks.push(next);
  };
  for (let n = 0; n < lines.length; n++) {
    const items = listAt(lines, n, blocks.findLast(({ kind }) => kind !== 'paragraph') ?? above);
    const heading = items ? undefined : headingOf(lines, n);
    if (items) end(items);
    else if (heading) end(heading);
    else text.push(isAnswer(text, blocks.at(-1) ?? before) ? lines[n]!.text.replace(ANSWER, '') : lines[n]!.text);
    n += items ? items.items.length - 1 : 0;
  }
  return text.length > 0 ? [...blocks, paragraphOf(text.join(' '))] : blocks;
}

/** `A:` begins an answer only where a question ended. */
function isAnswer(text: readonly string[], before: Block | undefined): boolean {
  return text.length === 0 && before?.kind === 'heading';
}

/**
 * The list that begins in this line: at least two lines with a bullet, or with the numbers 1, 2, …, or one that goes on
 * with the numbers of the list above, as after the end of a page.
 */
function listAt(lines: readonly Line[], from: number, open: Block | undefined): List | undefined {
  const next = open?.kind === 'list' && open.ordered ? open.start + open.items.length : 0;
  const start = next > 1 && numberOf(lines[from]!.text) === next ? next : 1;
  const numbered = runOf(lines, from, (text, n) => numberOf(text) === start + n);
  const ordered = numbered.length > (start > 1 ? 0 : 1);
  const found = ordered ? numbered : runOf(lines, from, (text) => BULLET.test(text));
  if (found.length < (ordered ? 1 : 2)) return undefined;
  return { kind: 'list', ordered, start, items: found.map((text) => text.replace(ordered ? NUMBER : BULLET, '')) };
}

function numberOf(text: string): number {
  return Number(NUMBER.exec(text)?.[1]);
}

function runOf(lines: readonly Line[], from: number, belongs: (text: string, n: number) => boolean): string[] {
  let n = 0;
  while (from + n < lines.length && belongs(lines[from + n]!.text, n)) n++;
  return lines.slice(from, from + n).map(({ text }) => text);
}

function headingOf(lines: readonly Line[], n: number): Heading | undefined {
  const { text, strong } = lines[n]!;
  if (text.length > MAX_HEADING_CHARS) return undefined;
  if (QUESTION.test(text)) return { kind: 'heading', level: TERM_LEVEL, text: text.replace(QUESTION, '') };
  if (!standsAlone(lines, n)) return undefined;
  const bold = strong && !/[.!;,]$/u.test(text);
  if (!bold && !/^["'(¿]?[^.!?]*\?["')]?$/u.test(text)) return undefined;
  return { kind: 'heading', level: strong ? BOLD_LEVEL : TERM_LEVEL, text: text.replace(/\s*:$/u, '') };
}

/** Whether a line is not the middle of a sentence that was broken into lines. */
function standsAlone(lines: readonly Line[], n: number): boolean {
  const [before, next] = [lines[n - 1]?.text, lines[n + 1]?.text];
  return (
    /^["'(¿]?[\p{Lu}\p{N}\p{Lo}]/u.test(lines[n]!.text) &&
    (before === undefined || /[.!?:]["')\]]*$/u.test(before)) &&
    (next === undefined || !/^\p{Ll}/u.test(next))
  );
}

/** Items that each ask and answer are no steps: each is a question with its answer. */
function askedItems(list: List): Block[] {
  const pairs = list.items.map((item) => ASKED_ITEM.exec(item));
  if (!pairs.every((pair) => pair !== null)) return [list];
  const blocks = pairs.flatMap(([, question, answer]): Block[] => [
    { kind: 'heading', level: TERM_LEVEL, text: question! },
    paragraphOf(answer!),
  ]);
  return [...blocks, { kind: 'heading', level: TERM_LEVEL, text: '' }];
}

/** A table with a column of questions and one of answers is such a list. Further columns are left out. */
function askedRows(table: Table): Block[] {
  const at = (name: RegExp): number => table.header.findIndex((cell) => name.test(cell));
  const [question, answer] = [at(/^(?:question|q|frage|faq)s?$/iu), at(/^(?:answer|a|response|antwort)s?$/iu)];
  const isAsked =
    table.header.every((cell) => cell === '') &&
    table.rows.every(([cell = '', ...rest]) => rest.length === 1 && cell.endsWith('?'));
  if (!isAsked && (question < 0 || answer < 0)) return [table];
  const blocks = table.rows.flatMap((row): Block[] => [
    { kind: 'heading', level: TERM_LEVEL, text: row[isAsked ? 0 : question] ?? '' },
    paragraphOf(row[isAsked ? 1 : answer] ?? ''),
  ]);
  return [...blocks, { kind: 'heading', level: TERM_LEVEL, text: '' }];
}

/** A line or a term is a heading only if a text follows; otherwise it is a text itself. */
function withoutLoneHeadings(blocks: readonly Block[]): Block[] {
  return blocks.map((block, n) => {
    if (block.kind !== 'heading' || block.level < BOLD_LEVEL || block.text === '') return block;
    const next = blocks[n + 1];
    return next === undefined || next.kind === 'heading' ? paragraphOf(block.text) : block;
  });
}
