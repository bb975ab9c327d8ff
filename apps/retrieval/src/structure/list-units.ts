import { ended } from './sentences.js';

/** A longer list is quoted in parts, each with the lead. */
const MAX_LIST_CHARS = 600;
/** Longer steps cannot be followed by a listener, and are more than a search should take for one passage. */
const MAX_STEPS_CHARS = 1_200;
/** About as much as the embedding model reads. */
const MAX_PART_CHARS = 600;

/** A list as text: `You need: a passport; a proof of address.` Items that are sentences stay sentences. */
export function listUnits(items: readonly string[], lead: string): string[] {
  const clean = items.map(cleanItem).filter((item) => item !== '');
  const sentences = clean.slice(0, -1).some((item) => /[.!?]["')\]]*$/u.test(item));
  const written = sentences
    ? clean.map(ended)
    : clean.map((item, n) => (n === clean.length - 1 ? ended(item) : `${item};`));
  return pack(written, MAX_LIST_CHARS).map((part) => `${introduced(lead)} ${part.replace(/;$/u, '.')}`);
}

/**
 * Steps as one text, `To freeze a card: 1. Open the app. 2. Tap Freeze.` Steps are given whole or not at all: those of a
 * very long list are only named, with the place to read them, and their text is searched in parts.
 */
export function stepsUnits(
  items: readonly string[],
  start: number,
  { lead, title }: { lead: string; title: string },
): { steps: string; parts: string[] } {
  const written = items.map((item, n) => `${start + n}. ${ended(cleanItem(item))}`);
  const steps = `${introduced(lead)} ${written.join(' ')}`;
  if (steps.length <= MAX_STEPS_CHARS) return { steps, parts: [] };
  const pointer = `${introduced(lead)} this takes ${items.length} steps, which are listed in “${title}”.`;
  return { steps: pointer, parts: pack(written, MAX_PART_CHARS) };
}

function introduced(lead: string): string {
  return /[.:!?]["')\]]*$/u.test(lead) ? lead : `${lead.replace(/(?<![\s,;–—-])[\s,;–—-]+$/u, '')}:`;
}

/** Without the box of a task list, and without the mark or the word that only leads to the next item. */
function cleanItem(item: string): string {
  return item
    .replace(/^\[[ xX]?\]\s+/u, '')
    .replace(/[;,]\s*(?:and|or)?$/iu, '')
    .trim();
}

/** Whole items, as many as fit; a longer item stands alone. */
function pack(items: readonly string[], maxChars: number): string[] {
  const packed: string[] = [];
  for (const item of items) {
    const last = packed.at(-1);
    if (last !== undefined && last.length + item.length < maxChars) packed[packed.length - 1] = `${last} ${item}`;
    else packed.push(item);
  }
  return packed;
}
