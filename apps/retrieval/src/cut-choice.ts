import { relevanceOf, type Found } from './reading-choice.js';

/** A message that one document answers so surely is one question. */
const WHOLE = 0.9;
/** Each half is answered at least this surely. */
const SURE = 0.7;
/** Both documents are among so many that answer the whole message best. */
const NEAR = 3;

/**
 * Whether a message is two questions after all: different documents surely answer its halves, and both come near to
 * answering all of it. Chosen on the calibration companies.
 *
 * @param cuts ways to cut the message, each as its halves.
 * @returns what was found for the halves of the surest cut; undefined if the message is one question.
 */
export async function chooseCut(
  whole: Found,
  cuts: readonly (readonly string[])[],
  find: (half: string) => Promise<Found>,
): Promise<Found[] | undefined> {
  if (relevanceOf(whole.passages) >= WHOLE) return undefined;
  const near = new Set([...new Set(whole.passages.map(({ document }) => document))].slice(0, NEAR));
  let [surest, most]: [Found[] | undefined, number] = [undefined, 0];
  for (const cut of cuts) {
    const halves = await Promise.all(cut.map(find));
    const documents = new Set(halves.flatMap(({ passages }) => passages[0]?.document ?? []));
    const isTwo = documents.size === halves.length && [...documents].every((document) => near.has(document));
    const relevances = halves.map(({ passages }) => relevanceOf(passages));
    const product = relevances.reduce((all, each) => all * each, 1);
    if (isTwo && Math.min(...relevances) >= SURE && product > most) [surest, most] = [halves, product];
  }
  return surest;
}
