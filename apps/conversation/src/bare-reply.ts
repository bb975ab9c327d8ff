import { isYes } from './follow-up.js';
import type { Turn } from './ports/turn-store.port.js';
import type { ReplyTopic } from './replies.js';
import { wordsOf } from './small-talk/recognise.js';

const NO =
  /^(?:no|nope|nah|not really|nothing|neither|none|(?:neither|none) (?:of (?:them|these|those)|one))(?: (?:thanks|thank you|sorry|please))*$/u;

/**
 * What to say to a "yes" or "no" that chooses nothing and asks nothing: "no" to "Do you mean …?" and to an answer says
 * that these do not help. Undefined for every other message.
 */
export function topicOfBare(text: string, last: Turn | undefined): ReplyTopic | undefined {
  const isNo = NO.test(wordsOf(text).join(' '));
  if (!isNo && !isYes(text)) return undefined;
  if (!last) return 'greeting';
  if (!isNo && last.choices.length > 0) return undefined;
  if (!isNo) return last.question === undefined ? 'greeting' : 'thanks';
  if (last.choices.length > 0) return 'unhelped';
  if (last.offered) return 'denied';
  return last.question === undefined ? 'goodbye' : 'unhelped';
}
