import type { Span } from '@llmos/contracts';
import type { RuleFindings } from '@llmos/guardrails';

/** A part of a text that attacks. */
export interface AttackSpan extends Span {
  /** 0 to 1; {@link THRESHOLD} and more is an attack. */
  readonly score: number;
  readonly reason: string;
}

export interface TextVerdict {
  /** The highest score of rules and stages. */
  readonly score: number;
  /** In the order of the text, without overlaps. */
  readonly spans: readonly AttackSpan[];
}

/** The calibration of each stage shifts its scores so that its threshold is here. */
export const THRESHOLD = 0.5;
/** From here on a text may be an attack: it is let pass, but kept away from language models. */
export const DOUBT = 0.25;
/** The highest score of a text that only reports an attack. */
const REPORTED_SCORE = 0.45;
/** The score of a rule that is not sure. */
const DOUBTFUL_SCORE = 0.3;
/** The score of a rule that decides alone. */
const CERTAIN_SCORE = 0.95;

export function isAttack({ score }: Pick<TextVerdict, 'score'>): boolean {
  return score >= THRESHOLD;
}

export function isDoubtful({ score }: Pick<TextVerdict, 'score'>): boolean {
  return score >= DOUBT;
}

/** The score that rules give a text without being certain of an attack. */
export function doubtOf({ hits }: RuleFindings): { score: number } {
  return { score: hits.some(({ doubtful }) => doubtful) ? DOUBTFUL_SCORE : 0 };
}

/** The verdict on a text that reports an attack of somebody else: doubtful at most. */
export function asReported({ score }: TextVerdict): TextVerdict {
  return { score: Math.min(score, REPORTED_SCORE), spans: [] };
}

/** The attacks that rules are certain of. */
export function certainAttacks({ hits }: RuleFindings): AttackSpan[] {
  return hits.filter(({ certain }) => certain).map(({ span, reason }) => ({ ...span, score: CERTAIN_SCORE, reason }));
}

/** Merges overlapping attacks. @param spans in any order. @param judged windows without or with an attack. */
export function verdictOf(spans: readonly AttackSpan[], judged: readonly { score: number }[] = []): TextVerdict {
  const merged: AttackSpan[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (!last || span.start >= last.end) merged.push(span);
    else {
      const stronger = span.score > last.score ? span : last;
      merged[merged.length - 1] = { ...stronger, start: last.start, end: Math.max(last.end, span.end) };
    }
  }
  return { score: Math.max(0, ...[...judged, ...spans].map(({ score }) => score)), spans: merged };
}

export function overlaps(left: Span, right: Span): boolean {
  return left.start < right.end && right.start < left.end;
}
