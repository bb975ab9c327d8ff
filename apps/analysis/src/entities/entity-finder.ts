import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Span } from '@llmos/contracts';
import type { Entity } from '@llmos/contracts/capabilities/analysis';
import type { TokenTrack } from '../text/token-track.js';
import type { NameTagger } from './name-tagger.js';
import { findDates } from './patterns/dates.js';
import { findEmails } from './patterns/email.js';
import type { FoundValue } from './patterns/found-value.js';
import { findMoney } from './patterns/money.js';
import { findProducts } from './patterns/products.js';

/** Of a text with more entities, the first are returned. */
const MAX_ENTITIES = 2_000;
/** After this many characters the event loop runs other work, and an abort takes effect. */
const CHARS_PER_SLICE = 2_000;

/** Of a name that the head is this sure of: rather `AC Milan 2` is a score than a product. */
const SURER_THAN_A_PRODUCT = 0.5;

/** Finds entities: people, organisations and places by the head, the other types by patterns. */
export class EntityFinder {
  constructor(private readonly tagger: NameTagger) {}

  /** In text order, without overlaps; the `text` of an entity is `text.slice(start, end)`. */
  async find(
    text: string,
    sentences: readonly Span[],
    track: TokenTrack,
    { now, signal }: { readonly now: Date; readonly signal?: AbortSignal },
  ): Promise<Entity[]> {
    const found: Entity[] = [];
    let sliceEnd = CHARS_PER_SLICE;
    for (const sentence of sentences) {
      if (found.length >= MAX_ENTITIES) break;
      if (sentence.end > sliceEnd) {
        await yieldToEventLoop(undefined, { signal });
        sliceEnd = sentence.end + CHARS_PER_SLICE;
      }
      const chosen = chooseApart(this.candidates(text, sentence, track, now));
      found.push(...chosen.map((each) => ({ ...each, text: text.slice(each.start, each.end) })));
    }
    return found.slice(0, MAX_ENTITIES);
  }

  /** In order of precedence: of two that overlap, the first is kept. */
  private candidates(text: string, sentence: Span, track: TokenTrack, now: Date): FoundValue[] {
    const content = text.slice(sentence.start, sentence.end);
    const values = [...findEmails(content), ...findMoney(content)];
    const names = this.tagger.find(text, sentence, track);
    const products = findProducts(content);
    // Masked: in `$12.50 on 5 May` the date parser would read 12.50 as a time.
    const dates = findDates(masked(content, [...values, ...products]), now);
    const isNamed = (product: Span): boolean =>
      names.some((name) => overlap(name, moved(product, sentence.start)) && name.confidence > SURER_THAN_A_PRODUCT);
    const byPattern = [...values, ...products.filter((product) => !isNamed(product)), ...dates];
    return [...byPattern.map((each) => moved(each, sentence.start)), ...names];
  }
}

/** Replaces the spans by underscores; all other characters keep their positions. */
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
