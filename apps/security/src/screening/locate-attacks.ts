import type { FirstHead } from './head/first-head.js';
import { isAttack, type AttackSpan } from './verdict.js';
import { suspiciousSentences, type JudgedWindow, type Window } from './windows.js';

export const LEARNED_REASON = 'reads like known attacks on language models';

/**
 * Narrows windows over the threshold to their attacks: to the hits of rules, otherwise to single sentences.
 *
 * @param judge scores sentences as `screenText` scores windows.
 */
export async function locateAttacks(
  suspects: readonly JudgedWindow[],
  judge: (sentences: readonly Window[]) => Promise<JudgedWindow[]>,
  head: FirstHead,
): Promise<AttackSpan[]> {
  const attacks: AttackSpan[] = [];
  for (const window of suspects) {
    const byRules = window.disguised ? [asAttack(window)] : hitsIn(window);
    if (byRules.length > 0) {
      attacks.push(...byRules);
      continue;
    }
    const sentences = suspiciousSentences(window, head);
    const guilty = sentences.length > 1 ? (await judge(sentences)).filter(isAttack) : [];
    attacks.push(...(guilty.length > 0 ? guilty : [window]).map(asAttack));
  }
  return attacks;
}

function hitsIn({ findings, score, span: { start: offset } }: JudgedWindow): AttackSpan[] {
  return findings.hits
    .filter(({ rule }) => rule.locates !== false)
    .map(({ span, reason }) => ({ start: span.start + offset, end: span.end + offset, score, reason }));
}

function asAttack({ span, score }: JudgedWindow): AttackSpan {
  return { ...span, score, reason: LEARNED_REASON };
}
