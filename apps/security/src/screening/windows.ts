import type { Span } from '@llmos/contracts';
import { screenByRules, undisguised, viewsOf, type RuleFindings, type TextViews } from '@llmos/guardrails';
import type { SparseVector } from '@llmos/learning';
import type { FirstHead, Side } from './head/first-head.js';
import { sentencesOf, windowsOf } from './sentences.js';

/** The encoder reads about this much of an English text; longer texts are judged in windows. */
export const INPUT_WINDOW_CHARS = 1_000;
/** An order in a document is one or two sentences long. */
export const PASSAGE_WINDOW_CHARS = 250;
const MAX_INPUT_WINDOWS = 8;
const MAX_PASSAGE_WINDOWS = 4;
const MAX_SENTENCES = 6;
export const MAX_DISGUISES = 4;

/** A text that the rules have screened as a whole. */
export interface ScreenedText {
  readonly side: Side;
  readonly text: string;
  readonly views: TextViews;
  readonly findings: RuleFindings;
  /** By the shared encoder, if it is known. */
  readonly vector?: Float32Array | undefined;
}

/** A part of a text, with what rules and words say of it. */
export interface Window extends Omit<ScreenedText, 'views'> {
  /** In the whole text. */
  readonly span: Span;
  /** The text as `foldText` folds it. */
  readonly folded: string;
  readonly lexical: SparseVector;
  /** How suspicious its words are; not a probability. */
  readonly suspicion: number;
  /** The text is not in the original, because it was written in disguise there. */
  readonly disguised?: boolean;
}

/** A window with its score by the stages. */
export interface JudgedWindow extends Window {
  readonly score: number;
}

/** Cuts a text into windows. The encoder reads only the start of a long text: its vector is the first window's. */
export function cutWindows(whole: ScreenedText, head: FirstHead): Window[] {
  const { text, side } = whole;
  const size = side === 'input' ? INPUT_WINDOW_CHARS : PASSAGE_WINDOW_CHARS;
  if (text.length <= size) return [windowOf(whole, { start: 0, end: text.length }, head)];
  const vectorAt = (start: number) => (start === 0 ? whole.vector : undefined);
  return windowsOf(text, size).map((span) => ({ ...windowAt(text, span, side, head), vector: vectorAt(span.start) }));
}

/** What is written in disguise, as windows in plain words: a head reads no base64. */
export function undisguisedWindows({ views, side }: ScreenedText, head: FirstHead): Window[] {
  return undisguised(views)
    .slice(0, MAX_DISGUISES)
    .map(({ text, span }) => {
      const window = windowAt(text.slice(0, INPUT_WINDOW_CHARS), { start: 0, end: INPUT_WINDOW_CHARS }, side, head);
      const findings = { ...window.findings, hits: [] };
      return { ...window, findings, span, disguised: true };
    });
}

/**
 * The windows worth embedding. Of an input the start (its vector is known) and the most suspicious others; of a passage
 * only windows whose words are suspicious.
 */
export function chooseWindows(windows: readonly Window[], head: FirstHead): Window[] {
  const [first, ...rest] = windows;
  if (!first) return [];
  if (first.side === 'input') return [first, ...mostSuspicious(rest, MAX_INPUT_WINDOWS - 1)];
  const suspicious = windows.filter(({ side, suspicion }) => head.isSuspicious(side, suspicion));
  return mostSuspicious(suspicious, MAX_PASSAGE_WINDOWS);
}

/** The sentences of a window as windows; the most suspicious ones if there are many. */
export function suspiciousSentences({ text, span, side }: Window, head: FirstHead): Window[] {
  const sentences = sentencesOf(text).map((sentence) => {
    const window = windowAt(text, sentence, side, head);
    return { ...window, span: { start: sentence.start + span.start, end: sentence.end + span.start } };
  });
  return mostSuspicious(sentences, MAX_SENTENCES);
}

function windowAt(text: string, span: Span, side: Side, head: FirstHead): Window {
  const part = text.slice(span.start, span.end);
  const views = viewsOf(part);
  return windowOf({ text: part, side, views, findings: screenByRules(views, side) }, span, head);
}

function windowOf({ views, ...known }: ScreenedText, span: Span, head: FirstHead): Window {
  const folded = views.folded.text;
  const lexical = head.lexical(folded);
  return { ...known, span, folded, lexical, suspicion: head.suspicion(known.side, lexical, known.findings.counts) };
}

function mostSuspicious(windows: readonly Window[], count: number): Window[] {
  return [...windows].sort((a, b) => b.suspicion - a.suspicion).slice(0, count);
}
