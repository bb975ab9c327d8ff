import type { Span } from '@llmos/contracts';
import { screenByRules, type RuleFindings, type RuleHit, type TextSource } from '@llmos/guardrails';
import type { SparseVector } from '@llmos/learning';
import type { ScreeningHead, Side } from './head/screening-head.js';
import type { TunedHead } from './head/tuned-head.js';
import { sentencesOf, windowsOf } from './sentences.js';

/** A part of a text that attacks. */
export interface AttackSpan extends Span {
  /** 0 to 1; 0.5 and more is an attack. */
  readonly score: number;
  readonly reason: string;
}

export interface TextVerdict {
  /** Highest of the rules and the cascade. */
  readonly score: number;
  readonly spans: readonly AttackSpan[];
  /** The second stage was wanted and could not be had. */
  readonly isDegraded?: boolean;
}

/** The cascade: the first stage looks at every window chosen, the second at what the first finds doubtful. */
export interface Stages {
  readonly first: ScreeningHead;
  readonly second?: TunedHead;
}

/** What screening one text may ask of the embedding models. */
export interface EmbeddingAccess {
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  /** By the encoder fine-tuned for screening; `undefined` while it fails. */
  embedTuned(texts: readonly string[]): Promise<Float32Array[] | undefined>;
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
/** A token has a character at least, and MiniLM takes 256 with its two marks. */
const MAX_WHOLLY_READ_CHARS = 254;
/** Scores are shifted so that each stage's threshold is here. */
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

/** Judges one text: rules on all of it, the cascade on the windows that deserve it. */
export async function screenText(
  text: string,
  source: TextSource,
  stages: Stages,
  access: EmbeddingAccess,
): Promise<TextVerdict> {
  const findings = screenByRules(text, source);
  const certain = findings.hits.filter((hit) => hit.certain).map(spanOfHit);
  if (source === 'output' || text.trim() === '') return verdictOf(0, certain);
  const side: Side = source;
  const windows = cut(text, side, findings, stages.first);
  const chosen = choose(windows, side, stages.first);
  const vectors = await vectorsOf(chosen, text, access);
  const { scores, isDegraded } = await scoresOf(chosen, vectors, side, stages, access);
  const guilty = [...chosen.entries()].filter(
    ([at, window]) => (scores[at] ?? 0) >= THRESHOLD && !certain.some((span) => overlaps(span, window.span)),
  );
  const located: Located[] = [];
  for (const [at, window] of guilty) located.push(await locate(window, scores[at]!, side, stages, access));
  const spans = [...certain, ...located.flatMap((each) => each.spans)];
  return {
    ...verdictOf(Math.max(0, ...scores), spans),
    isDegraded: isDegraded || located.some((each) => each.isDegraded),
  };
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

/** Of each window, by the second stage where the first has doubts and the second can be had. */
async function scoresOf(
  windows: readonly Window[],
  vectors: readonly Float32Array[],
  side: Side,
  { first, second }: Stages,
  access: EmbeddingAccess,
): Promise<{ scores: number[]; isDegraded: boolean }> {
  const logits = windows.map((window, at) => logitOf(window, vectors[at], side, first));
  const scores = logits.map((logit) => first.score(side, logit));
  const doubtful = [...logits.keys()].filter((at) => second?.isDoubtful(side, logits[at]!));
  if (!second || doubtful.length === 0) return { scores, isDegraded: false };
  const tuned = await access.embedTuned(doubtful.map((at) => windows[at]!.text));
  if (!tuned) return { scores, isDegraded: true };
  for (const [turn, at] of doubtful.entries()) {
    const score = second.score(side, second.logit(side, tuned[turn]!, logits[at]!));
    scores[at] = isReadAsItStands(windows[at]!) ? score : Math.max(score, scores[at]!);
  }
  return { scores, isDegraded: false };
}

/**
 * Whether the second stage reads all that the first has read: no more tokens than the encoder takes, and nothing in
 * disguise. Of another window it may raise an alarm, but not call one off.
 */
function isReadAsItStands({ text, findings }: Window): boolean {
  return text.length <= MAX_WHOLLY_READ_CHARS && text.toLowerCase() === findings.folded;
}

/** Of emoji, another script or a word or two a head can say nothing: it was trained on sentences. */
function logitOf(
  { lexical, findings }: Window,
  vector: Float32Array | undefined,
  side: Side,
  head: ScreeningHead,
): number {
  const isReadable = findings.hits.length > 0 || (findings.folded.match(WORD)?.length ?? 0) >= MIN_WORDS;
  return vector && isReadable ? head.logit(side, { vector, lexical, counts: findings.counts }) : -Infinity;
}

interface Located {
  readonly spans: readonly AttackSpan[];
  readonly isDegraded: boolean;
}

/** Narrows a suspect window to sentences, by rules first. */
async function locate(
  window: Window,
  score: number,
  side: Side,
  stages: Stages,
  access: EmbeddingAccess,
): Promise<Located> {
  const moved = (span: Span): Span => ({ start: span.start + window.span.start, end: span.end + window.span.start });
  const hits = window.findings.hits.filter(({ rule }) => rule.id !== 'answer-shape');
  const found = (spans: AttackSpan[], isDegraded = false): Located => ({ spans, isDegraded });
  if (hits.length > 0) return found(hits.map((hit) => ({ ...moved(hit.span), score, reason: hit.reason })));
  const sentences = sentencesOf(window.text).map((span) => {
    const part = window.text.slice(span.start, span.end);
    return windowOf(part, span, screenByRules(part, side), side, stages.first);
  });
  const whole = [{ ...window.span, score, reason: LEARNED_REASON }];
  if (sentences.length <= 1) return found(whole);
  const suspects = sentences.sort((a, b) => b.suspicion - a.suspicion).slice(0, MAX_SENTENCES);
  const vectors = await access.embed(suspects.map(({ text }) => text));
  const { scores, isDegraded } = await scoresOf(suspects, vectors, side, stages, access);
  const guilty = suspects
    .map((sentence, at) => ({ ...moved(sentence.span), score: scores[at] ?? 0, reason: LEARNED_REASON }))
    .filter((span) => span.score >= THRESHOLD);
  return found(guilty.length > 0 ? guilty : whole, isDegraded);
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
