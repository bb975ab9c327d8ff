import { normalise, wordSet } from './words.js';

const ABBREVIATIONS = wordSet(`
  e.g i.e etc mr mrs ms dr st vs no approx inc ltd co p.m a.m jan feb mar apr jun jul aug sep sept oct nov dec
  min max tel incl excl resp ext
`);

/**
 * Splits Markdown into plain sentences. A list item is a sentence of its own; headings, rules and code fences are left
 * out. "£1.50", "e.g.", "1. Step" and "Cards > Settings" do not end a sentence.
 */
export function splitSentences(text: string): string[] {
  return sentencesOf(blocks(text));
}

/** The same of text without Markdown, in which a number at the beginning of a line may be an answer: `21. He must …` */
export function splitPlainSentences(text: string): string[] {
  return sentencesOf(text.split(/\n{2,}/u).map(plainText));
}

function sentencesOf(paragraphs: readonly string[]): string[] {
  return paragraphs
    .flatMap((block) => splitBlock(block))
    .map(finish)
    .filter((sentence) => /\p{L}/u.test(sentence));
}

/** Paragraphs and list items, each as one line. */
function blocks(text: string): string[] {
  const found: string[] = [];
  let open = false;
  for (const line of text.replace(/\r\n?/gu, '\n').split('\n')) {
    const trimmed = line.trim();
    const item = /^(?:[-*+•]|\d{1,2}[.)])\s+(.*)$/u.exec(trimmed);
    if (trimmed === '' || /^(?:#{1,6}\s|```|---+$|\*\*\*+$|===+$)/u.test(trimmed)) open = false;
    else if (item) {
      found.push(item[1]!);
      open = true;
    } else if (open) found[found.length - 1] += ` ${trimmed}`;
    else {
      found.push(trimmed);
      open = true;
    }
  }
  return found.map(plainText);
}

/** Removes Markdown marks and control characters; runs of white space become one space. */
export function plainText(text: string): string {
  return normalise(text)
    .replace(/!?\[([^\]]{0,1000})\]\([^)]{0,2000}\)/gu, '$1')
    .replace(/(\*\*|__|`)/gu, '')
    .replace(/(^|\s)[*_](\S[^*_]*\S|\S)[*_](?=\s|[.,;:!?]|$)/gu, '$1$2')
    .replace(/^(?:>\s*)+/u, '')
    .replace(/<\/?[a-z][^>]{0,2000}>/giu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
}

function splitBlock(block: string): string[] {
  const found: string[] = [];
  let rest = block;
  for (let end = sentenceEnd(rest); end !== undefined; end = sentenceEnd(rest)) {
    found.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trimStart();
  }
  if (rest) found.push(rest);
  return found;
}

/**
 * The end of the first sentence of a text: after its mark and closing quotes, if white space and the start of the next
 * sentence follow. A text that is still being written therefore needs one more word.
 */
export function sentenceEnd(text: string): number | undefined {
  for (const match of text.matchAll(/(?<![.!?])[.!?]+["')\]]*(?=\s+\S)/gu)) {
    const end = match.index + match[0].length;
    if (match[0].startsWith('.') && isAbbreviation(text.slice(0, match.index))) continue;
    if (/^\s+[\p{Ll}>]/u.test(text.slice(end))) continue;
    return end;
  }
  return undefined;
}

function isAbbreviation(before: string): boolean {
  let start = before.length;
  while (start > 0 && /\S/u.test(before[start - 1]!)) start--;
  const word = before
    .slice(start)
    .toLowerCase()
    .replace(/^["'(]+/u, '');
  return ABBREVIATIONS.has(word) || /^\p{L}$/u.test(word) || (/^\d{1,2}$/u.test(word) && before.trim() === word);
}

function finish(sentence: string): string {
  return /[.!?]["')\]]*$/u.test(sentence) ? sentence : `${sentence.replace(/(?<![\s,;:])[\s,;:]+$/u, '')}.`;
}
