import { setImmediate as breathe } from 'node:timers/promises';
import type { Span } from '@llmos/contracts';
import type { Entity } from '@llmos/contracts/capabilities/analysis';
import type { TokenTrack } from '../text/token-track.js';
import type { NameTagger } from './name-tagger.js';
import { findDates } from './patterns/dates.js';
import { findEmails } from './patterns/email.js';
import type { FoundValue } from './patterns/found-value.js';
import { findMoney } from './patterns/money.js';
import { findProducts } from './patterns/products.js';

/** More than a reader can use; the text's first are kept. */
const MAX_ENTITIES = 2_000;
/** Sentences between two looks at whether anybody still waits; other work gets its turn there. */
const TURN = 32;

/** Everything with a name or a value in a text: by the head where it must be understood, by its form where that says it. */
export class EntityFinder {
  constructor(private readonly tagger: NameTagger) {}

  /** In the text's order, never overlapping; `text.slice(start, end)` is each one's `text`. */
  async find(
    text: string,
    sentences: readonly Span[],
    track: TokenTrack,
    { now, signal }: { readonly now: Date; readonly signal?: AbortSignal },
  ): Promise<Entity[]> {
    const found: Entity[] = [];
    for (const [at, sentence] of sentences.entries()) {
      if (found.length >= MAX_ENTITIES) break;
      if (at % TURN === TURN - 1) await breathe(undefined, { signal });
      const chosen = chooseApart(this.candidates(text, sentence, track, now));
      found.push(...chosen.map((each) => ({ ...each, text: text.slice(each.start, each.end) })));
    }
    return found.slice(0, MAX_ENTITIES);
  }

  /** Surest form first: where two overlap, the one further ahead stays. */
  private candidates(text: string, sentence: Span, track: TokenTrack, now: Date): FoundValue[] {
    const said = text.slice(sentence.start, sentence.end);
    const byForm = [...findEmails(said), ...findMoney(said)];
    const names = this.tagger.find(text, sentence, track);
    const products = findProducts(said);
    // `$12.50 on 5 May` would be ten to one on that day.
    const dates = findDates(masked(said, [...byForm, ...products]), now);
    const isNamed = (product: Span): boolean =>
      names.some((name) => overlap(name, moved(product, sentence.start)) && name.confidence > 0.9);
    return [
      ...[...byForm, ...products.filter((product) => !isNamed(product)), ...dates].map((each) =>
        moved(each, sentence.start),
      ),
      ...names,
    ];
  }
}

/** The text with spans made unreadable, every other character in its place. */
function masked(text: string, spans: readonly Span[]): string {
  return spans.reduce((rest, { start, end }) => rest.slice(0, start) + '_'.repeat(end - start) + rest.slice(end), text);
}

function moved<T extends Span>(span: T, by: number): T {
  return { ...span, start: span.start + by, end: span.end + by };
}

function overlap(a: Span, b: Span): boolean {
  return a.start < b.end && b.start < a.end;
}

function chooseApart(candidates: readonly FoundValue[]): FoundValue[] {
  const chosen: FoundValue[] = [];
  for (const each of candidates) {
    if (each.end > each.start && !chosen.some((other) => overlap(other, each))) chosen.push(each);
  }
  return chosen.sort((a, b) => a.start - b.start);
}
