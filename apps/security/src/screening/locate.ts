import type { Span } from '@llmos/contracts';
import type { FirstHead } from './head/first-head.js';
import { isAttack, type AttackSpan } from './verdict.js';
import { suspiciousSentences, type Window } from './windows.js';

const LEARNED_REASON = 'reads like known attacks on language models';

/**
 * Where the windows over the threshold attack: by rules if rules hit, otherwise by judging their sentences one by one.
 *
 * @param certain attacks that are located already; windows that overlap them are skipped.
 * @param judge scores sentences as `screenText` scores windows.
 */
export async function locateAttacks(
  windows: readonly Window[],
  scores: readonly number[],
  certain: readonly Span[],
  judge: (sentences: readonly Window[]) => Promise<number[]>,
  head: FirstHead,
): Promise<AttackSpan[]> {
  const attacks: AttackSpan[] = [];
  for (const [at, score] of scores.entries()) {
    const window = windows[at]!;
    if (!isAttack({ score }) || certain.some((span) => overlaps(span, window.span))) continue;
    const byRules = hitsIn(window, score);
    attacks.push(...(byRules.length > 0 ? byRules : await sentencesIn(window, score, judge, head)));
  }
  return attacks;
}

function hitsIn({ findings, span: { start: offset } }: Window, score: number): AttackSpan[] {
  return findings.hits
    .filter(({ rule }) => rule.id !== 'answer-shape')
    .map(({ span, reason }) => ({ start: span.start + offset, end: span.end + offset, score, reason }));
}

/** The guilty sentences of a window, or all of it if no single sentence is guilty. */
async function sentencesIn(
  window: Window,
  score: number,
  judge: (sentences: readonly Window[]) => Promise<number[]>,
  head: FirstHead,
): Promise<AttackSpan[]> {
  const sentences = suspiciousSentences(window, head);
  const scores = sentences.length > 1 ? await judge(sentences) : [];
  const spans = sentences.map(({ span }, at) => ({ ...span, score: scores[at] ?? 0, reason: LEARNED_REASON }));
  const guilty = spans.filter(isAttack);
  return guilty.length > 0 ? guilty : [{ ...window.span, score, reason: LEARNED_REASON }];
}

function overlaps(left: Span, right: Span): boolean {
  return left.start < right.end && right.start < left.end;
}
