import { dangerIn } from './danger.js';
import { recogniseSmallTalk, wordsOf } from './small-talk/recognise.js';

/** More questions at once are answered one message later. */
const MAX_QUESTIONS = 3;
const GREETING =
  /^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|ok(?:ay)?|so|also|and|but|please|thanks|thank you|sorry)\b[\s,!.]*)+/iu;
const STARTER =
  /^(?:how|what|whats|when|where|why|who|which|can|could|do|does|did|is|are|am|will|would|should|may|has|have|had|tell me|i (?:want|need|would like) to know|i (?:want|need|would like) to)\b/iu;
/** "Had a tooth out", "am on the bus" and "cannot sign in" leave out who did it, and ask nothing. */
const SUBJECTLESS =
  /^(?:am (?!i\b)|(?:had (?:the|my)|(?:had|have|has) (?:an?|to|been|no|not|had|got|just|already|lost|some|two|three))\b|(?:can|could|do|does|did|is|are|will|would|should)(?:n['’]?t|['’]t| ?not) (?!i\b|you\b|we\b|they\b|it\b|he\b|she\b|the\b|my\b|this\b|that\b))/iu;
/** A statement that adds another matter is asked as well. */
const FURTHER =
  /^(?:(?:and )?also|plus|btw|by the way|another thing|one more thing|secondly|(?:and )?there(?:'s| is| are) also)\b/iu;
const POLITE: ReadonlySet<string> = new Set(['greeting', 'thanks', 'goodbye']);
/** What leads to the next question and says nothing. */
const LEAD = /^(?:(?:and )?also|plus|btw|by the way)[\s,.:!-]*$/iu;
/** A numbered list: each item is asked. */
const LIST = /^(.*?)(?:^|\s)\(?1[.)]\s+(\S.*?)\s\(?2[.)]\s+(\S.*?)(?:\s\(?3[.)]\s+(\S.*))?$/su;
/**
 * Where another question may begin: in a new line, after a plus sign, after the end of a
 * sentence, and at a conjunction or comma before a question word.
 */
const BOUNDARY = new RegExp(
  [
    String.raw`\s*\n\s*`,
    String.raw`\s+\+\s+`,
    String.raw`(?<=[.!?;])\s+`,
    String.raw`,?\s+(?:and|also|plus|as well as)\s+(?=(?:also\s+)?(?:how|what|whats|when|where|why|who|which|can|could|do|does|(?:is|are)\s+(?:it|there|this|that|these|those|they|you|we|he|she|my|your|our|the|an?)|will|should|i (?:want|need|would like|’d like|'d like))\b)`,
    String.raw`,\s+(?=(?:how|what|whats|why|can|could|do|does|(?:and )?also)\b)`,
    String.raw`,?\s+(?=(?:btw|by the way)\b)`,
  ].join('|'),
  'iu',
);
/**
 * The questions of a message, in order. A statement belongs to the question that follows it, or to the last one: the
 * story and the question are understood together. One that tells of danger is a question of its own. A message without a question is one.
 */
export function questionsOf(text: string): string[] {
  const [, before = '', ...items] = LIST.exec(text) ?? [];
  const listed = items.filter(Boolean).flatMap(readQuestions);
  const questions = listed.length === 0 ? readQuestions(text) : [`${before} ${listed[0]}`.trim(), ...listed.slice(1)];
  return questions.length > MAX_QUESTIONS ? [text] : questions;
}

function readQuestions(text: string): string[] {
  const questions: string[] = [];
  let story = '';
  for (const part of text.split(BOUNDARY).map((each) => each.trim())) {
    if (wordsOf(part).length === 0 || LEAD.test(part) || isPolite(part)) continue;
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
  return questions;
}

/** "You've been great!" beside a question is no question. */
function isPolite(part: string): boolean {
  return POLITE.has(recogniseSmallTalk(part)?.topic ?? '');
}

function isQuestion(part: string): boolean {
  const plain = part.replace(GREETING, '');
  return part.endsWith('?') || FURTHER.test(part) || (STARTER.test(plain) && !SUBJECTLESS.test(plain));
}
