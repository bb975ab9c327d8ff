import { Parser } from 'htmlparser2';
import type { Block } from '../../structure/block.js';
import { readConventions } from '../../structure/conventions.js';
import { readHtml, type IsHidden } from '../../structure/html-blocks.js';
import { squeeze } from '../../structure/inline-text.js';
import { writeMarkdown } from './markdown-writer.js';
import { FileFault, titleOf, type FoundDocument } from './source-file.js';

/** What pages repeat around their content. */
const AROUND = new Set(['nav', 'header', 'footer', 'aside', 'form', 'noscript', 'dialog', 'button']);
const AROUND_ROLES = new Set(['navigation', 'banner', 'contentinfo', 'search']);
/** Whole classes and ids, and none that might name content: a restaurant has a `menu`. */
const AROUND_CLASSES = new Set(
  `nav navbar navigation main-nav main-navigation site-nav breadcrumb breadcrumbs skip-link cookie-banner cookie-notice
  cookie-consent cookie-bar site-footer site-header`.split(/\s+/),
);
const MAX_TITLE_CHARS = 300;
const MAX_LINE_CHARS = 100;

/** A page as a document: its main content, without what every page of a site has. */
export function pageDocument(html: string, name: string): FoundDocument {
  const { title, main } = outlineOf(html);
  const [inside = []] = [main, html]
    .filter((part) => part !== undefined)
    .flatMap((part) => [readHtml(part, isAround), readHtml(part, isAroundElement)])
    .filter((read) => read.length > 0);
  const blocks = readConventions(inside);
  return blocksDocument(blocks, title, name);
}

function isAroundElement(name: string): boolean {
  return AROUND.has(name);
}

const isAround: IsHidden = (name, { role = '', class: classes = '', id = '' }) =>
  isAroundElement(name) ||
  AROUND_ROLES.has(role) ||
  (name !== 'body' && `${classes} ${id}`.split(/\s+/u).some((each) => AROUND_CLASSES.has(each.toLowerCase())));

/** Blocks as a document, with the first heading as its title unless there is a better one. */
export function blocksDocument(blocks: readonly Block[], title: string | undefined, name: string): FoundDocument {
  if (blocks.length === 0) throw new FileFault('has no text');
  const heading = blocks.find((block) => block.kind === 'heading' && block.text !== '');
  const named = heading?.kind === 'heading' && heading.level <= 2 ? heading.text : undefined;
  const line = (named ?? title) ? undefined : titleLine(blocks);
  const told = line === undefined ? blocks : blocks.slice(1);
  return { title: (named ?? title ?? line ?? titleOf(name)).slice(0, MAX_TITLE_CHARS), text: writeMarkdown(told) };
}

/** A line without an end above the first heading, as authors write titles that they only format. */
function titleLine([first, second]: readonly Block[]): string | undefined {
  if (first?.kind !== 'paragraph' || first.lines.length > 1 || second?.kind !== 'heading') return undefined;
  const text = first.lines[0]?.text ?? '';
  return text.length <= MAX_LINE_CHARS && /[^.!?:;,]$/u.test(text) ? text : undefined;
}

/** The title of a page, and the text of its `main` or only `article` element. */
function outlineOf(html: string): { title: string | undefined; main: string | undefined } {
  let title = '';
  let inTitle = false;
  const found: Record<string, { from: number; to: number; count: number }> = {};
  const parser = new Parser({
    onopentag: (name) => {
      if (name === 'title' && title === '') inTitle = true;
      if (name !== 'main' && name !== 'article') return;
      const { from, count } = found[name] ?? { from: parser.startIndex, count: 0 };
      found[name] = { from, to: html.length, count: count + 1 };
    },
    ontext: (text) => {
      if (inTitle) title += text;
    },
    onclosetag: (name) => {
      if (name === 'title') inTitle = false;
      if (found[name]) found[name].to = parser.endIndex + 1;
    },
  });
  parser.write(html);
  parser.end();
  const best = found['main'] ?? (found['article']?.count === 1 ? found['article'] : undefined);
  return { title: squeeze(title) || undefined, main: best && html.slice(best.from, best.to) };
}
