import { undisguised, type TextViews } from '@llmos/guardrails';
import { isEnglish, type CharacterHead } from './head/character-head.js';
import { LEARNED_REASON } from './locate-attacks.js';
import { sentencesOf, windowsOf } from './sentences.js';
import { isAttack, type AttackSpan } from './verdict.js';
import { INPUT_WINDOW_CHARS, MAX_DISGUISES } from './windows.js';

/** Two words, or two characters of a script without spaces. What has neither is no sentence, but a name or a path. */
const SENTENCE = /\p{L}[.,:;!?]?\s+\p{L}|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]{2}/u;

/** An account, a card, an order: groups of digits, some with capitals, as in an IBAN. No word of any language. */
const NUMBER =
  /(?<![\p{L}\p{N}])(?:\p{Lu}{0,4}\d+(?:\p{Lu}{1,3}\d*)?|\p{Lu}{4}(?= \d))(?:[ -](?:\p{Lu}{0,4}\d+(?:\p{Lu}{1,3}\d*)?|\p{Lu}{4}(?= \d)))*(?![\p{L}\p{N}])/gu;
const LONG_NUMBER = /(?:\d\D*){8}/;

/**
 * The score of each part of an input by its characters: of its windows, of each sentence, because an attack may follow
 * a harmless question, and of what is written in disguise. Linear time.
 */
export function judgeCharacters(views: TextViews, head: CharacterHead): AttackSpan[] {
  const text = views.original;
  const sentences = sentencesOf(text).filter(({ start, end }) => end - start <= INPUT_WINDOW_CHARS);
  const spans = [...windowsOf(text, INPUT_WINDOW_CHARS), ...(sentences.length > 1 ? sentences : [])];
  const parts = [
    ...spans.map((span) => ({ span, text: text.slice(span.start, span.end) })),
    ...undisguised(views).slice(0, MAX_DISGUISES),
  ];
  const inEnglish = isEnglish(text.slice(0, INPUT_WINDOW_CHARS));
  return parts
    .filter(({ text: part }) => SENTENCE.test(part))
    .map(({ span, text: part }) => ({
      ...span,
      score: head.score(withoutNumbers(part.slice(0, INPUT_WINDOW_CHARS)), inEnglish),
      reason: LEARNED_REASON,
    }));
}

function withoutNumbers(text: string): string {
  return text.replace(NUMBER, (number) => (LONG_NUMBER.test(number) ? '' : number));
}

/** The parts that attack, without those that contain a smaller one. */
export function attacksAmong(judged: readonly AttackSpan[]): AttackSpan[] {
  const attacks = judged.filter(isAttack);
  const isWithin = (inner: AttackSpan, outer: AttackSpan): boolean =>
    inner.start >= outer.start && inner.end <= outer.end && inner.end - inner.start < outer.end - outer.start;
  return attacks.filter((outer) => !attacks.some((inner) => isWithin(inner, outer)));
}
