import type { OutputOf } from '@llmos/contracts';
import type { answer } from '@llmos/contracts/capabilities/generation';
import { rankSources } from './ranking.js';
import { splitSentences, sentenceEnd } from './sentences.js';
import type { Source } from './sources.js';
import { supportOf } from './support.js';
import { contentKeys } from './words.js';

type Answer = OutputOf<typeof answer>;
export type Citation = Answer['citations'][number];

/** A spoken answer: more than this is not listened to. */
const MAX_SENTENCES = 3;
/** What may be said in extraction when the model gave nothing. */
const MAX_EXTRACTED = 2;
/** A model that wanders off does not come back: the passages go on from there. */
const MAX_REJECTED = 1;
/** A true sentence opens the answer only if it is among the best for the question, and follows if it is near them. */
const OPENING_RANKS = 3;
const FOLLOWING_RANKS = 8;
/** A second sentence is quoted only if it has this share of the question's words. */
const SECOND_OVERLAP = 0.4;
const REPEATED = 0.8;

export interface ComposerOptions {
  readonly question: string;
  readonly sources: readonly Source[];
  /** Told each sentence that may leave, in order. */
  readonly release: (sentence: string) => void;
}

/**
 * Lets a model speak only what the passages say. Text comes in as the model writes it; each whole sentence is held
 * against the sources and released, replaced by the source that answers best (once), or dropped.
 */
export class GroundedComposer {
  readonly ranked: readonly Source[];
  private readonly said: { text: string; source: Source; kind: 'generated' | 'extracted' }[] = [];
  private pending = '';
  private rejected = 0;
  private closed = false;

  constructor(private readonly options: ComposerOptions) {
    this.ranked = rankSources(options.question, options.sources);
  }

  /** True once more text would change nothing. */
  get done(): boolean {
    return this.said.length >= MAX_SENTENCES || this.rejected >= MAX_REJECTED;
  }

  /** Takes the next piece of the model's text. */
  write(piece: string): void {
    if (this.closed) return;
    this.pending += piece;
    for (let end = this.boundary(); end !== undefined && !this.done; end = this.boundary()) {
      const sentence = this.pending.slice(0, end);
      this.pending = this.pending.slice(end);
      this.judge(sentence);
    }
  }

  /** The model ended its turn: what it wrote last is a sentence if it has a sentence's end. */
  end(): void {
    const rest = this.pending.trim();
    this.pending = '';
    if (!this.done && /[.!]["')]*$/u.test(rest)) this.judge(rest);
  }

  /** Nothing more is taken from the model; where it has said nothing, the sources alone answer. */
  finish(): void {
    this.closed = true;
    this.pending = '';
    const [first, ...others] = this.ranked;
    if (this.said.length === 0 && first) this.say(first.text, first, 'extracted');
    if (this.said.length >= MAX_EXTRACTED || this.said.some(({ kind }) => kind === 'generated')) return;
    const second = others.find(
      (source) => source.passage.document === first?.passage.document && this.isOnTopic(source),
    );
    if (second) this.say(second.text, second, 'extracted');
  }

  get text(): string {
    return this.said.map(({ text }) => text).join(' ');
  }

  get grounding(): Answer['grounding'] {
    const quoted = this.said.filter(({ kind }) => kind === 'extracted').length;
    if (this.said.length === 0) return 'none';
    if (quoted === 0) return 'generated';
    return quoted === this.said.length ? 'extracted' : 'repaired';
  }

  /** The passages behind what was said, each once, in the order of the answer. */
  get citations(): Citation[] {
    const passages = new Map(this.said.map(({ source: { passage } }) => [passage.id, passage]));
    return [...passages.values()].map(({ document, title, id, similarity }) => ({
      document,
      title,
      passage: id,
      score: similarity,
    }));
  }

  private boundary(): number | undefined {
    const line = /\S[^\n]*\n/u.exec(this.pending);
    const lineEnd = line ? line.index + line[0].length : undefined;
    const end = sentenceEnd(this.pending);
    return end !== undefined && (lineEnd === undefined || end < lineEnd) ? end : lineEnd;
  }

  private judge(raw: string): void {
    const [sentence] = splitSentences(withoutPreamble(raw));
    if (!sentence) return;
    const near = this.ranked.slice(0, this.said.length === 0 ? OPENING_RANKS : FOLLOWING_RANKS);
    const source = supportOf(sentence, near);
    if (source && !this.isRepetition(sentence)) this.say(capitalised(sentence), source, 'generated');
    else if (!source) this.replace();
    else this.rejected++;
  }

  private replace(): void {
    this.rejected++;
    if (this.said.some(({ kind }) => kind === 'extracted')) return;
    const best = this.ranked[0];
    if (best && !this.isRepetition(best.text)) this.say(best.text, best, 'extracted');
  }

  private say(text: string, source: Source, kind: 'generated' | 'extracted'): void {
    this.said.push({ text, source, kind });
    this.options.release(text);
  }

  private isRepetition(sentence: string): boolean {
    const keys = [...contentKeys(sentence)];
    return this.said.some(({ text }) => {
      const before = contentKeys(text);
      return keys.filter((key) => before.has(key)).length >= REPEATED * keys.length;
    });
  }

  private isOnTopic(source: Source): boolean {
    const asked = [...contentKeys(this.options.question)];
    const there = contentKeys(source.text);
    const shared = asked.filter((key) => there.has(key)).length;
    return asked.length > 0 && shared / asked.length >= SECOND_OVERLAP && !this.isRepetition(source.text);
  }
}

/** What small models put before an answer, and what says nothing by itself. */
function withoutPreamble(text: string): string {
  return text
    .trim()
    .replace(/^(?:answer|a)\s*:\s*/iu, '')
    .replace(
      /^(?:yes|no|sure|certainly|of course|however|additionally|also|according to (?:the|our) (?:text|information|passages?))\s*[,.!:]\s*/iu,
      '',
    );
}

function capitalised(sentence: string): string {
  return sentence.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
}
