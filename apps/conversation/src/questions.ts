import { dangerIn } from './danger.js';
import { wordsOf } from './small-talk/recognise.js';

/** More questions at once are answered one message later. */
const MAX_QUESTIONS = 3;
const GREETING =
  /^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|ok(?:ay)?|so|also|and|but|please|thanks|thank you|sorry)\b[\s,!.]*)+/iu;
const STARTER =
  /^(?:how|what|whats|when|where|why|who|which|can|could|do|does|did|is|are|am|will|would|should|may|has|have|had|tell me|i (?:want|need|would like) to know|i (?:want|need|would like) to)\b/iu;
/** A statement that adds another matter is asked as well. */
const FURTHER = /^(?:(?:and )?also|plus|another thing|one more thing|secondly|(?:and )?there(?:'s| is| are) also)\b/iu;
/**
 * Where another question may begin: at a number of a list, in a new line, after a plus sign, after the end of a
 * sentence, and at a conjunction or comma before a question word.
 */
const BOUNDARY = new RegExp(
  [
    String.raw`(?:^|\s+)\d{1,2}[.)]\s+`,
    String.raw`\s*\n\s*`,
    String.raw`\s+\+\s+`,
    String.raw`(?<=[.!?;])\s+`,
    String.raw`,?\s+(?:and|also|plus|as well as)\s+(?=(?:also\s+)?(?:how|what|whats|when|where|why|who|which|can|could|do|does|is|are|will|should|i (?:want|need|would like|’d like|'d like))\b)`,
    String.raw`,\s+(?=(?:how|what|whats|why|can|could|do|does)\b)`,
  ].join('|'),
  'iu',
);
/** "I do not want to close my account, I want to …": the first half is not asked. */
const DENIED =
  /\b(?:i|we)\s+(?:do not|don'?t|did not|didn'?t|never)\s+(?:want|need|wish|mean|plan|intend)\b[^,.;!?]*?(?:[,.;!?]+|\bbut\b|$)\s*/giu;

/** The message without what the customer says not to want, if anything else remains. */
export function withoutDenied(text: string): string {
  const rest = text.replace(DENIED, '').trim();
  return wordsOf(rest.replace(GREETING, '')).length >= 3 ? rest : text;
}

/**
 * The questions of a message, in order. A statement belongs to the question that follows it, or to the last one: the
 * story and the question are understood together. One that tells of danger is a question of its own. A message without a question is one.
 */
export function questionsOf(text: string): string[] {
  const questions: string[] = [];
  let story = '';
  for (const part of text.split(BOUNDARY).map((each) => each.trim())) {
    if (wordsOf(part).length === 0) continue;
    if (story !== '' && (FURTHER.test(part) || dangerIn(story))) {
      questions.push(story);
      story = '';
    }
    story = `${story} ${part}`.trim();
    if (!isQuestion(part)) continue;
    questions.push(story);
    story = '';
  }
  const last = questions.pop();
  questions.push(`${last ?? ''} ${story}`.trim());
  return questions.length > MAX_QUESTIONS ? [text] : questions;
}

function isQuestion(part: string): boolean {
  return part.endsWith('?') || FURTHER.test(part) || STARTER.test(part.replace(GREETING, ''));
}
