import { codesBetween } from './code-ranges.js';
import type { SpelledTerms } from './name-index.js';
import type { PassageDraft } from './passages.js';
import type { DocumentRef } from './ports/document-store.port.js';

/** A document as searches see it. */
export interface IndexedDocument extends DocumentRef {
  readonly title: string;
  readonly intents: readonly string[];
  readonly passages: readonly PassageDraft[];
  readonly terms: SpelledTerms;
  readonly titleTerms: ReadonlySet<string>;
  /** Of the title, then of each passage. */
  readonly tokens: readonly Int8Array[];
  /** Of its content: copies have the same. */
  readonly hash: string;
  /** It was deleted, or replaced. */
  isGone: boolean;
  /** In the index of words; -1 until it is there. */
  place: number;
}

/**
 * Evidence for a document that is written for the detected intent, and for one that has all names in the question, in
 * its title or anywhere: the document that names the thing asked about wins.
 */
const BONUS = { intent: 0.02, titled: 0.2, named: 0.04 };

/** What speaks for a document beside its texts: the detected intent, and the names in the question. */
export function bonusOf(
  { intents, terms, titleTerms }: IndexedDocument,
  names: readonly string[],
  intent: string | undefined,
): number {
  const intended = intent !== undefined && intents.includes(intent) ? BONUS.intent : 0;
  if (names.length === 0) return intended;
  const share = (has: ReadonlySet<string>): number => names.filter((name) => has.has(name)).length / names.length;
  return intended + BONUS.titled * share(titleTerms) + BONUS.named * share(terms.named);
}

/** All that is searched by words. */
export function wordsOf({ title, passages }: IndexedDocument): string {
  const said = [title, ...passages.flatMap(({ headings, body }) => [...headings, body])].join('\n');
  return [said, ...codesBetween(said)].join('\n');
}
