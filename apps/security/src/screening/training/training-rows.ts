import { screenByRules, viewsOf } from '@llmos/guardrails';
import { windowsOf } from '../sentences.js';
import { INPUT_WINDOW_CHARS, PASSAGE_WINDOW_CHARS } from '../windows.js';
import type { EmbeddingCache } from './embedding-cache.js';
import { OverlapIndex } from './overlap.js';
import type { TrainingRow } from './trainer.js';
import type { LabelledText } from './training-sources.js';

/** No set may drown the others. */
const MAX_TEXTS_A_SOURCE = 1_200;
const MAX_WINDOWS = { benign: 8, injection: 2 } as const;
const CONTEXTS_AN_ORDER = 3;
/** Attacks that hide behind a request for something else. */
const MAX_HIDDEN = 500;
const MAX_HIDDEN_CHARS = 300;

/** Which texts were left out, and why. */
export interface Selection {
  readonly texts: readonly LabelledText[];
  /** Equal or nearly equal to a text that is reported on. */
  readonly overlapping: number;
  readonly repeated: number;
  readonly perSource: Readonly<Record<string, number>>;
}

/** Leaves out what is reported on, repetitions, and what is over the limit of a source. */
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

/** In a document, any task for the reader is an attack: orders alone, and behind sentences of documents. */
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

/** Of a user, an attack behind a harmless request is one too. */
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

/** A part of a training text, as screening would cut it. */
export interface TrainingWindow extends LabelledText {
  /** Number of the text that it was cut from. */
  readonly document: number;
}

/** Cuts texts into the windows that screening looks at. */
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

/** Computes what the first stage sees of each window. */
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
      vector: vectors[at] ?? new Float32Array(),
      attack: label === 'injection',
      side,
      source,
      document,
    };
  });
}
