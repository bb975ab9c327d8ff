import { screenByRules, viewsOf, withoutReports } from '@llmos/guardrails';
import type { EmbeddingCache } from '@llmos/models';
import { windowsOf } from '#src/screening/sentences.js';
import { INPUT_WINDOW_CHARS, PASSAGE_WINDOW_CHARS } from '#src/screening/windows.js';
import { OverlapIndex } from './overlap.ts';
import type { TrainingRow } from './first-head-trainer.ts';
import type { LabelledText } from './training-sources.ts';

/** A larger source is cut, so that it does not dominate the others. */
const MAX_TEXTS_A_SOURCE = 1_200;
const MAX_WINDOWS = { benign: 8, injection: 2 } as const;
const CONTEXTS_AN_ORDER = 3;
/** How many attacks are appended to a harmless request. */
const MAX_HIDDEN = 500;
const MAX_HIDDEN_CHARS = 300;

/** The selected texts, and how many were left out for which reason. */
export interface Selection {
  readonly texts: readonly LabelledText[];
  /** Texts equal or nearly equal to a text of the report. */
  readonly overlapping: number;
  readonly repeated: number;
  readonly perSource: Readonly<Record<string, number>>;
}

/** Leaves out texts of the report, repetitions, and texts above the limit of a source. */
export function selectTexts(all: readonly LabelledText[], reported: readonly string[]): Selection {
  const index = new OverlapIndex(reported);
  const clean = all.filter(({ text }) => !index.has(text));
  const seen = new Set<string>();
  const unique = clean.filter(({ text, side, label }) => {
    const key = `${side} ${label} ${text.toLowerCase().replace(/\s+/g, ' ')}`;
    return seen.has(key) ? false : seen.add(key);
  });
  const perSource: Record<string, number> = {};
  const texts = unique.filter(({ source, label }) => {
    const key = `${source} (${label})`;
    perSource[key] = (perSource[key] ?? 0) + 1;
    if (perSource[key] <= MAX_TEXTS_A_SOURCE) return true;
    perSource[key] = MAX_TEXTS_A_SOURCE;
    return false;
  });
  return { texts, overlapping: all.length - clean.length, repeated: clean.length - unique.length, perSource };
}

/** Adds orders as passages, alone and after sentences of documents: in a document any order is an attack. */
export function withOrdersInDocuments(texts: readonly LabelledText[]): LabelledText[] {
  const documents = texts.filter(({ source }) => source === 'documents').map(({ text }) => text.slice(0, 150));
  const orders = texts.filter(({ source }) => source === 'bipia-text');
  const tasks = texts
    .filter(({ source }) => source === 'self-instruct')
    .map((row): LabelledText => ({ ...row, label: 'injection', side: 'passage', source: 'orders' }));
  const inContext = orders.flatMap((order, at) =>
    Array.from({ length: CONTEXTS_AN_ORDER }, (_, turn): LabelledText => {
      const document = documents[(at * CONTEXTS_AN_ORDER + turn) % Math.max(1, documents.length)] ?? '';
      return { ...order, text: `${document}\n${order.text}`, source: 'orders' };
    }),
  );
  return [...texts, ...tasks, ...inContext];
}

/** Adds attacks that follow a harmless request. */
export function withAttacksBehindRequests(texts: readonly LabelledText[]): LabelledText[] {
  const short = (label: LabelledText['label']) =>
    texts.filter((row) => row.side === 'input' && row.label === label && row.text.length <= MAX_HIDDEN_CHARS);
  const [attacks, requests] = [short('injection'), short('benign')];
  const count = Math.min(MAX_HIDDEN, attacks.length, requests.length);
  const hidden = Array.from({ length: count }, (_, at): LabelledText => {
    const attack = attacks[Math.floor((at * attacks.length) / count)]!;
    const request = requests[Math.floor((at * requests.length) / count)]!;
    return { ...attack, text: `${request.text}\n${attack.text}`, source: 'hidden' };
  });
  return [...texts, ...hidden];
}

/** A part of a training text, cut as screening cuts it. */
export interface TrainingWindow extends LabelledText {
  /** Number of the text that it was cut from. */
  readonly document: number;
}

/** Cuts texts into windows as screening does. */
export function trainingWindows(texts: readonly LabelledText[]): TrainingWindow[] {
  return texts.flatMap((row, document) => {
    const size = row.side === 'input' ? INPUT_WINDOW_CHARS : PASSAGE_WINDOW_CHARS;
    const spans =
      row.label === 'injection' && row.side === 'passage' ? [{ start: 0, end: size * 2 }] : windowsOf(row.text, size);
    return spans
      .slice(0, MAX_WINDOWS[row.label])
      .map(({ start, end }) => ({ ...row, document, text: row.text.slice(start, end) }));
  });
}

/** Computes the first stage's features of each window. */
export async function rowsOf(
  windows: readonly TrainingWindow[],
  cache: EmbeddingCache,
  log: (line: string) => void,
): Promise<TrainingRow[]> {
  const vectors = await cache.embed(
    windows.map(({ text }) => text),
    log,
  );
  return windows.map(({ text, label, side, source, document }, at) => {
    const views = viewsOf(text);
    const { counts, hits } = screenByRules(views, side);
    const certain = hits.some((hit) => hit.certain);
    return {
      folded: views.folded.text,
      counts,
      certain,
      reports: side === 'input' && withoutReports(text) !== undefined,
      vector: vectors[at] ?? new Float32Array(),
      attack: label === 'injection',
      side,
      source,
      document,
    };
  });
}
