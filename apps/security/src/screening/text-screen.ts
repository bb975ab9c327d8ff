import type { Span } from '@llmos/contracts';
import type { SparseVector } from '@llmos/learning';
import type { ScreeningHead, Side } from './head/screening-head.js';
import { screenByRules, type RuleFindings, type RuleHit } from './rules/rule-screen.js';
import type { TextSource } from './rules/rule.js';
import { sentencesOf, windowsOf } from './sentences.js';

/** A part of a text that attacks. */
export interface AttackSpan extends Span {
  /** 0 to 1; 0.5 and more is an attack. */
  readonly score: number;
  readonly reason: string;
}

export interface TextVerdict {
  /** Highest of the rules and the head. */
  readonly score: number;
  readonly spans: readonly AttackSpan[];
}

/** What screening one text may ask of the embedding model. */
export interface EmbeddingAccess {
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  /** Of the whole text, where it is known. */
  readonly whole?: Float32Array;
}

/** MiniLM reads about this much of an English text; longer ones are screened in windows. */
export const INPUT_WINDOW_CHARS = 1_000;
/** An order in a document is a sentence or two. */
export const PASSAGE_WINDOW_CHARS = 250;
const MAX_INPUT_WINDOWS = 8;
const MAX_PASSAGE_WINDOWS = 4;
const MAX_SENTENCES = 6;
/** Of a rule that decides alone. */
const CERTAIN_SCORE = 0.95;
/** Scores are shifted so that a head's threshold is here. */
export const THRESHOLD = 0.5;
const WORD = /[a-z]{2,}/gi;
/** No order is shorter. */
const MIN_WORDS = 3;
const LEARNED_REASON = 'reads like known attacks on language models';

interface Window {
  readonly span: Span;
  readonly text: string;
  readonly findings: RuleFindings;
  readonly lexical: SparseVector;
  readonly suspicion: number;
}

/** Judges one text: rules on all of it, the head on the windows that deserve it. */
export async function screenText(
  text: string,
  source: TextSource,
  head: ScreeningHead,
  access: EmbeddingAccess,
): Promise<TextVerdict> {
  const findings = screenByRules(text, source);
  const certain = findings.hits.filter((hit) => hit.certain).map(spanOfHit);
  if (source === 'output' || text.trim() === '') return verdictOf(0, certain);
  const side: Side = source;
  const windows = cut(text, side, findings, head);
  const chosen = choose(windows, side, head);
  const vectors = await vectorsOf(chosen, text, access);
  const scored = chosen.map((window, at) => ({ window, score: scoreOf(window, vectors[at], side, head) }));
  const best = Math.max(0, ...scored.map(({ score }) => score));
  const spans = certain;
  for (const { window, score } of scored.filter(({ score }) => score >= THRESHOLD)) {
    if (!certain.some((span) => overlaps(span, window.span)))
      spans.push(...(await locate(window, score, side, head, access)));
  }
  return verdictOf(best, spans);
}

function cut(text: string, side: Side, whole: RuleFindings, head: ScreeningHead): Window[] {
  const size = side === 'input' ? INPUT_WINDOW_CHARS : PASSAGE_WINDOW_CHARS;
  if (text.length <= size) return [windowOf(text, { start: 0, end: text.length }, whole, side, head)];
  return windowsOf(text, size).map((span) => {
    const part = text.slice(span.start, span.end);
    return windowOf(part, span, screenByRules(part, side), side, head);
  });
}

function windowOf(text: string, span: Span, findings: RuleFindings, side: Side, head: ScreeningHead): Window {
  const lexical = head.lexical(findings.folded);
  return { span, text, findings, lexical, suspicion: head.suspicion(side, lexical, findings.counts) };
}

/** The start of an input is always looked at (its vector is there anyway); of a passage only what its words make suspect. */
function choose(windows: readonly Window[], side: Side, head: ScreeningHead): Window[] {
  const [first, ...rest] = windows;
  if (!first) return [];
  const ranked = (some: readonly Window[]) => [...some].sort((a, b) => b.suspicion - a.suspicion);
  if (side === 'input') return [first, ...ranked(rest).slice(0, MAX_INPUT_WINDOWS - 1)];
  return ranked(windows.filter(({ suspicion }) => head.isSuspicious(side, suspicion))).slice(0, MAX_PASSAGE_WINDOWS);
}

/** The model reads the start of a long text only, so the vector of the whole serves its first window. */
async function vectorsOf(
  windows: readonly Window[],
  text: string,
  { embed, whole }: EmbeddingAccess,
): Promise<Float32Array[]> {
  const known = whole && windows[0]?.span.start === 0 ? [whole] : [];
  const missing = windows
    .slice(known.length)
    .map((window) => (window.span.start === 0 && window.span.end === text.length ? text : window.text));
  return [...known, ...(missing.length > 0 ? await embed(missing) : [])];
}

function scoreOf(
  { lexical, findings }: Window,
  vector: Float32Array | undefined,
  side: Side,
  head: ScreeningHead,
): number {
  // Of emoji, another script or a word or two the head can say nothing: it was trained on English sentences.
  const isReadable = findings.hits.length > 0 || (findings.folded.match(WORD)?.length ?? 0) >= MIN_WORDS;
  return vector && isReadable ? head.score(side, { vector, lexical, counts: findings.counts }) : 0;
}

/** Narrows a suspect window to sentences, by rules first. */
async function locate(
  window: Window,
  score: number,
  side: Side,
  head: ScreeningHead,
  access: EmbeddingAccess,
): Promise<AttackSpan[]> {
  const moved = (span: Span): Span => ({ start: span.start + window.span.start, end: span.end + window.span.start });
  const hits = window.findings.hits.filter(({ rule }) => rule.id !== 'answer-shape');
  if (hits.length > 0) return hits.map((hit) => ({ ...moved(hit.span), score, reason: hit.reason }));
  const sentences = sentencesOf(window.text).map((span) => {
    const part = window.text.slice(span.start, span.end);
    return windowOf(part, span, screenByRules(part, side), side, head);
  });
  const whole = [{ ...window.span, score, reason: LEARNED_REASON }];
  if (sentences.length <= 1) return whole;
  const suspects = sentences.sort((a, b) => b.suspicion - a.suspicion).slice(0, MAX_SENTENCES);
  const vectors = await access.embed(suspects.map(({ text }) => text));
  const guilty = suspects
    .map((sentence, at) => ({
      ...moved(sentence.span),
      score: scoreOf(sentence, vectors[at], side, head),
      reason: LEARNED_REASON,
    }))
    .filter((span) => span.score >= THRESHOLD);
  return guilty.length > 0 ? guilty : whole;
}

function spanOfHit({ span, reason }: RuleHit): AttackSpan {
  return { ...span, score: CERTAIN_SCORE, reason };
}

function verdictOf(headScore: number, spans: readonly AttackSpan[]): TextVerdict {
  const merged: AttackSpan[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (!last || span.start >= last.end) merged.push(span);
    else {
      const stronger = span.score > last.score ? span : last;
      merged[merged.length - 1] = { ...stronger, start: last.start, end: Math.max(last.end, span.end) };
    }
  }
  return { score: Math.max(headScore, ...spans.map(({ score }) => score)), spans: merged };
}

function overlaps(left: Span, right: Span): boolean {
  return left.start < right.end && right.start < left.end;
}
