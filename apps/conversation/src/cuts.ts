import { refersBack } from './follow-up.js';
import { wordsOf } from './small-talk/recognise.js';

/** More ways to cut a message cost a search more than they find. */
const MAX_CUTS = 2;
/** A shorter half asks nothing by itself. */
const MIN_WORDS = 3;
/** "…, took a day off": the story goes on. */
const STORY =
  /^(?:and |then )*(?:took|went|came|got|had|was|were|did|said|told|rang|called|gave|stood|sat|\p{L}{2,}ed)\b/iu;
/** Where a second question may begin, the likeliest places first. */
const PLACES = [
  /\s*\n\s*/gu,
  /\s+(?=\(?2[.):]?\s)\(?2[.):]?\s+/gu,
  /(?<=[.!?;])\s+/gu,
  /,?\s+(?:and|also|plus)\s+/giu,
  /,?\s+(?=(?:how|what|whats|what's|where|when (?:do|does|can|will|is)|which|why|can (?:i|you|we|my)|could (?:i|you|we)|do (?:i|you|they)|does|is there|are there|will (?:i|you|my)|i (?:want|need)|i'd like|i would like)\b)/giu,
  /,\s+/gu,
] as const;

/**
 * The ways in which a message that no rule cuts may still be two questions, the likeliest first: "want to shut my old
 * account and put the app on my new phone". The search decides by what the documents answer.
 */
export function cutsOf(question: string): [string, string][] {
  const cuts = new Map<number, [string, string]>();
  for (const place of PLACES)
    for (const { index, 0: gap } of question.matchAll(place)) {
      const halves: [string, string] = [halfOf(question.slice(0, index)), halfOf(question.slice(index + gap.length))];
      if (STORY.test(halves[1])) continue;
      if (cuts.has(index) || halves.some((half) => wordsOf(half).length < MIN_WORDS) || refersBack(halves[1])) continue;
      cuts.set(index, halves);
    }
  return [...cuts.values()].slice(0, MAX_CUTS);
}

function halfOf(text: string): string {
  return text.replace(/^\s*\(?1[.):]?\s+/u, '').trim();
}
