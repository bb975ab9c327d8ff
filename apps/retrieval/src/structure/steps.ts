import type { Block } from './block.js';
import { ended } from './sentences.js';

const STEP = /^step\s+(\d{1,3})\b\s*[.):–—-]*\s*/iu;

type List = Extract<Block, { kind: 'list' }>;

/**
 * Makes one list of steps that their author spread: over headings or lines that begin with `Step 2`, and over lists
 * that paragraphs interrupt. What stands between two steps belongs to the first.
 */
export function joinSteps(blocks: readonly Block[]): Block[] {
  const joined: Block[] = [];
  let at = -1;
  for (const block of stepsOfHeadings(blocks)) {
    const open = joined[at];
    if (open?.kind === 'list' && block.kind === 'list' && continues(block, open)) {
      joined[at] = { ...open, items: [...withMore(open.items, joined.splice(at + 1)), ...block.items] };
      continue;
    }
    joined.push(block);
    if (block.kind === 'list' && block.ordered) at = joined.length - 1;
    else if (block.kind === 'heading' || block.kind === 'table') at = -1;
  }
  return joined;
}

function continues(list: List, open: List): boolean {
  return list.ordered && list.start === open.start + open.items.length;
}

/** Turns each heading or line `Step 2: Confirm` into a list of one item; the text below a heading belongs to it. */
function stepsOfHeadings(blocks: readonly Block[]): Block[] {
  const found: Block[] = [];
  let open: { step: List; below: Block[] } | undefined;
  const close = (): void => {
    if (open) found.push({ ...open.step, items: withMore(open.step.items, open.below) });
    open = undefined;
  };
  for (const block of blocks) {
    const step = stepOf(block);
    if (open && !step && block.kind !== 'heading' && block.kind !== 'table') {
      open.below.push(block);
      continue;
    }
    close();
    if (step && block.kind === 'heading') open = { step, below: [] };
    else found.push(step ?? block);
  }
  close();
  return found;
}

function stepOf(block: Block): List | undefined {
  const line = block.kind === 'paragraph' && block.lines.length === 1 ? block.lines[0]!.text : undefined;
  const text = block.kind === 'heading' ? block.text : line;
  const number = text === undefined ? undefined : STEP.exec(text)?.[1];
  const item = text?.replace(STEP, '');
  return number && item ? { kind: 'list', ordered: true, start: Number(number), items: [item] } : undefined;
}

/** The items, the last one with the text of the blocks. */
function withMore(items: readonly string[], blocks: readonly Block[]): string[] {
  const more = blocks.flatMap((block) => textsOf(block));
  if (more.length === 0) return [...items];
  return [...items.slice(0, -1), [items.at(-1) ?? '', ...more].map(ended).join(' ')];
}

function textsOf(block: Block): string[] {
  if (block.kind === 'paragraph') return block.lines.map(({ text }) => text);
  if (block.kind === 'list') return [...block.items];
  return block.kind === 'code' ? [block.text.replace(/\s+/gu, ' ')] : [];
}
