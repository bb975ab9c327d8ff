import MarkdownIt from 'markdown-it';
import definitionLists from 'markdown-it-deflist';
import footnotes from 'markdown-it-footnote';
import type { Block } from './block.js';
import { readConventions } from './conventions.js';
import { readHtml } from './html-blocks.js';

/**
 * CommonMark with tables, definition lists and footnotes. Line breaks are kept, because people write one question, one
 * answer or one step in a line. Indented text is text: it is code only by accident.
 */
const parser = new MarkdownIt({ html: true, breaks: true }).use(definitionLists).use(footnotes).disable('code');

/** The blocks of a Markdown document, in order, as plain text. Takes linear time, also for rubbish. */
export function readMarkdown(markdown: string): Block[] {
  return readConventions(readHtml(parser.render(markdown)));
}
