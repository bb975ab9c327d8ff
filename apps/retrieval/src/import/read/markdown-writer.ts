import { TERM_LEVEL, type Block } from '../../structure/block.js';

/** Characters that have a meaning in Markdown, anywhere and at the beginning of a line. */
const MARKS = /[\\`*_{}[\]<>#|~&]/gu;
const LINE_MARKS = /^(\s*)(?:([-+=:])|(\d{1,9})([.)]))/u;

/** Ends the last question of a list, which has no end in Markdown: a heading without text, of the level of bold lines. */
const LIST_END = '######';

/** Blocks as Markdown that reads as the same blocks. */
export function writeMarkdown(blocks: readonly Block[]): string {
  return blocks
    .map(writeBlock)
    .filter((text) => text !== '')
    .join('\n\n');
}

function writeBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      if (block.text === '') return block.level >= TERM_LEVEL ? LIST_END : '';
      return block.level >= TERM_LEVEL
        ? `**${escaped(block.text)}**`
        : `${'#'.repeat(block.level)} ${escaped(block.text)}`;
    case 'paragraph':
      return block.lines.map(({ text }) => escaped(text)).join('\n');
    case 'list':
      return block.items.map((item, n) => `${block.ordered ? `${block.start + n}.` : '-'} ${escaped(item)}`).join('\n');
    case 'table':
      return [block.header, block.header.map(() => '---'), ...block.rows].map(writeRow).join('\n');
    case 'code':
      return `\`\`\`\n${block.text.replaceAll('```', "'''")}\n\`\`\``;
  }
}

function writeRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => (cell === '---' ? cell : escaped(cell))).join(' | ')} |`;
}

function escaped(text: string): string {
  return text
    .replace(MARKS, '\\$&')
    .replace(LINE_MARKS, (_, space: string, mark = '', digits = '', end = '') => `${space}${digits}\\${mark}${end}`);
}
