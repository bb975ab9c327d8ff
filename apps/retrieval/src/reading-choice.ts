import type { InputOf } from '@llmos/contracts';
import type { Passage, search } from '@llmos/contracts/capabilities/retrieval';
import { contentOf } from './query-reading.js';

/** What one reading of a query finds. */
export interface Found {
  readonly text: string;
  readonly passages: Passage[];
  readonly documents: number;
}

type ReadFound = Found & { readonly withContext: boolean };

/** From this probability on, a document answers. */
export const ANSWERS = 0.5;
/** A message that seems to refer back is understood alone only if it is answered this surely. */
const SURE = 0.95;
/** A sentence of a story must be this much more relevant than the whole. */
const SENTENCE_LEAD = 0.05;
/** A message with so many words of content that the document does not have is about something else. */
const MAX_FOREIGN_WORDS = 3;

/** The relevance of the best document. */
export function relevanceOf(passages: readonly Passage[]): number {
  return passages[0]?.relevance ?? 0;
}

/** Chooses the reading that the documents answer best, and the one with context only if the message needs it. */
export function chooseReading(
  found: readonly ReadFound[],
  followUp: InputOf<typeof search>['followUp'] = 'possible',
): Found {
  const inContext = found.find(({ withContext }) => withContext);
  const [whole, ...others] = found.filter(({ withContext }) => !withContext);
  if (inContext && (!whole || followUp === 'certain')) return inContext;
  const alone = others.reduce(
    (best, each) => (relevanceOf(each.passages) > relevanceOf(best.passages) + SENTENCE_LEAD ? each : best),
    whole!,
  );
  if (!inContext) return alone;
  if (followUp === 'likely') return relevanceOf(alone.passages) >= SURE ? alone : inContext;
  if (relevanceOf(alone.passages) >= ANSWERS) return alone;
  return isForeign(whole!.text, inContext.passages) ? alone : inContext;
}

/** Whether a message says much, and nothing of it stands in the document that was asked about before. */
function isForeign(message: string, passages: readonly Passage[]): boolean {
  const [best] = passages;
  const words = new Set(contentOf(message));
  const there = passages
    .filter(({ document }) => document === best?.document)
    .flatMap(({ title, text }) => contentOf(`${title} ${text}`));
  return words.size >= MAX_FOREIGN_WORDS && !there.some((word) => words.has(word));
}
