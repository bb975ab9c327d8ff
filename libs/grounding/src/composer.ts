import type { OutputOf } from '@llmos/contracts';
import type { answer } from '@llmos/contracts/capabilities/generation';
import { isQuestion } from './context.js';
import { ownLineOf } from './expectation.js';
import { rankSources } from './ranking.js';
import { rowFit } from './rows.js';
import { splitSentences, sentenceEnd } from './sentences.js';
import { isWhole, type Source } from './sources.js';
import { supportsOf } from './paraphrase.js';
import { contentKeys } from './words.js';

type Answer = OutputOf<typeof answer>;
export type Citation = Answer['citations'][number];

/** Answers may be spoken, and listeners do not follow more. */
const MAX_SENTENCES = 3;
/** Sentences of an answer that is only quoted. */
const MAX_EXTRACTED = 2;
/** A longer section or paragraph is quoted in part. */
const MAX_ANSWER_CHARS = 320;
/** The same for a section with steps or a list: what is said beside them belongs to them. */
const MAX_SECTION_CHARS = 600;
const MAX_ANSWER_SENTENCES = 4;
/** The same for a section whose heading has all words of the question, which are at least so many. */
const MAX_NAMED_SENTENCES = 6;
const MIN_NAMED = 2;
/** More rows of a table that answer equally well are no answer: two of them are examples. */
const MAX_ROWS = 4;
/** A model that has left the topic does not return to it: the passages continue from there. */
const MAX_REJECTED = 1;
/** A longer text without an end is no sentence: a model that writes on and on is not waited for. */
const MAX_SENTENCE_CHARS = 2_000;
/** Rank among the sources up to which a supported sentence may open the answer, or follow. */
const OPENING_RANKS = 3;
const FOLLOWING_RANKS = 8;
/** Share of the question's words that a second quoted sentence must have. */
const SECOND_OVERLAP = 0.4;
/** A sentence that is so nearly as similar to the question follows, too. */
const NEAR = 0.03;
/** Share of its words that makes a sentence a repetition of an earlier one. */
const REPEATED = 0.8;

export interface ComposerOptions {
  readonly question: string;
  readonly sources: readonly Source[];
  /** Whether the question tells of danger. */
  readonly isUrgent?: boolean;
  /** What was said already, as the answer to another question of the message: it is not said again. */
  readonly said?: ReadonlySet<string>;
  /** Receives each sentence that may be shown, in order. */
  readonly release: (sentence: string) => void;
}

/**
 * Restricts a model to what the passages say, and to what is understood without the passage: a sentence that refers to
 * an earlier one is said with it, and steps, lists and rows are given whole. It takes the text as the model writes it, checks each complete sentence
 * against the sources, and releases it, replaces it by the source that answers best (once), or drops it.
 */
export class GroundedComposer {
  readonly ranked: readonly Source[];
  private readonly released: { text: string; sources: readonly Source[]; kind: 'generated' | 'extracted' }[] = [];
  private pending = '';
  private rejected = 0;
  private closed = false;

  constructor(private readonly options: ComposerOptions) {
    this.ranked = rankSources(options.question, options.sources, options.isUrgent);
  }

  /** Whether a model can add nothing: the best source is quoted whole. */
  get needsNoModel(): boolean {
    const [best] = this.ranked;
    return best !== undefined && isWhole(best);
  }

  /** True when further text would change nothing. */
  get done(): boolean {
    return this.released.length >= MAX_SENTENCES || this.rejected >= MAX_REJECTED;
  }

  /** Takes the next piece of the model's text. */
  write(piece: string): void {
    if (this.closed || this.done) return;
    this.pending += piece;
    for (let end = this.boundary(); end !== undefined && !this.done; end = this.boundary()) {
      const sentence = this.pending.slice(0, end);
      this.pending = this.pending.slice(end);
      this.check(sentence);
    }
    if (this.pending.length <= MAX_SENTENCE_CHARS) return;
    this.pending = '';
    this.replace();
  }

  /** The model ended its turn: its last text is a sentence if it ends like one. */
  end(): void {
    const rest = this.pending.trim();
    this.pending = '';
    if (!this.done && /[.!]["')]*$/u.test(rest)) this.check(rest);
  }

  /** Takes no more text. If no sentence of the model was released, the sources alone answer. */
  finish(): void {
    this.closed = true;
    this.pending = '';
    const [first, ...others] = this.ranked;
    if (this.released.length === 0 && first) {
      const whole = shortAnswer(first, this.options);
      for (const source of whole) this.quote(source);
      if (whole.length > 0) return;
      this.quote(first);
    }
    if (!first || this.released.length >= MAX_EXTRACTED || this.released.some(({ kind }) => kind === 'generated'))
      return;
    const following = others.filter((source) => this.mayFollow(source, first));
    const rows = following.filter(({ kind }) => kind === 'row');
    const isFewRows = first.kind === 'row' && rows.length < MAX_ROWS;
    for (const source of isFewRows ? rows.sort(inOrder) : following.slice(0, 1)) this.quote(source);
  }

  get text(): string {
    return this.released.flatMap(({ text }) => (this.options.said?.has(text) ? [] : text)).join(' ');
  }

  get grounding(): Answer['grounding'] {
    const quoted = this.released.filter(({ kind }) => kind === 'extracted').length;
    if (this.released.length === 0) return 'none';
    if (quoted === 0) return 'generated';
    return quoted === this.released.length ? 'extracted' : 'repaired';
  }

  /** The passages that support the answer, each once, in its order. */
  get citations(): Citation[] {
    const used = this.released.flatMap(({ sources }) => sources);
    const passages = new Map(used.map(({ passage }) => [passage.id, passage]));
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

  private check(raw: string): void {
    const [sentence] = splitSentences(withoutPreamble(raw));
    if (!sentence) return;
    const near = this.ranked.slice(0, this.released.length === 0 ? OPENING_RANKS : FOLLOWING_RANKS);
    const sources = supportsOf(sentence, near);
    const [source, other] = sources;
    if (!source) this.replace();
    else if (this.isRepetition(sentence)) this.rejected++;
    else if (sources.every((each) => this.standsAlone(each))) this.release(capitalised(sentence), sources, 'generated');
    else if (other) this.replace();
    else this.quote(source);
  }

  private replace(): void {
    this.rejected++;
    if (this.released.some(({ kind }) => kind === 'extracted')) return;
    const best = this.ranked[0];
    if (best && !this.isRepetition(best.sentence)) this.quote(best);
  }

  /** Whether a sentence of the source is understood where the answer stands now. */
  private standsAlone(source: Source): boolean {
    return !isWhole(source) && this.unsaid(source).length === 1;
  }

  /** Says what the source says, without the beginning that was said last. */
  private quote(source: Source): void {
    this.release(this.unsaid(source).join(' '), [source], 'extracted');
  }

  private unsaid({ before, sentence, kind }: Source): string[] {
    const last = this.released.at(-1)?.sources.at(-1);
    const table = kind === 'row' ? tableOf(sentence) : '';
    if (table !== '' && last?.kind === 'row' && last.sentence.startsWith(table)) return [sentence.slice(table.length)];
    const said = last ? [...last.before, last.sentence] : [];
    const follows = before.length > 0 && said.slice(-before.length).join('\n') === before.join('\n');
    // Steps begin with the question of their section, which holds for what is said beside them.
    const isAsked = before.length === 1 && isQuestion(before[0]!) && said.join(' ').startsWith(before[0]!);
    return follows || isAsked ? [sentence] : [...before, sentence];
  }

  private release(text: string, sources: readonly Source[], kind: 'generated' | 'extracted'): void {
    this.released.push({ text, sources, kind });
    if (!this.options.said?.has(text)) this.options.release(text);
  }

  /** Whether a row is asked for as much as the first: "in 3 weeks" asks for one of them. */
  private fits(row: Source, first: Source): boolean {
    const own = ownLineOf(this.options.question);
    return rowFit(own, row.sentence) >= rowFit(own, first.sentence);
  }

  private isRepetition(sentence: string): boolean {
    const keys = [...contentKeys(sentence)];
    return this.released.some(({ text }) => {
      const before = contentKeys(text);
      return keys.filter((key) => before.has(key)).length >= REPEATED * keys.length;
    });
  }

  /**
   * Whether a quote may follow the first: it is of the same document and about the question. Nothing follows steps and
   * lists, which are long; after a row, only one that has as many words of the question. What answers another question
   * does not follow, nor do steps.
   */
  private mayFollow(source: Source, first: Source): boolean {
    if (source.passage.document !== first.passage.document) return false;
    if (first.kind === 'steps' || first.kind === 'list' || source.kind === 'steps') return false;
    if (source.kind === 'row' && first.kind !== 'row') return false;
    if (source.headings.findLast(isQuestion) !== first.headings.findLast(isQuestion)) return false;
    const asked = [...contentKeys(this.options.question)];
    const shared = sharedKeys(asked, source);
    if (source.kind === 'row') return shared > 0 && shared >= sharedKeys(asked, first) && this.fits(source, first);
    const isNear = (source.similarity ?? -1) >= (first.similarity ?? 1) - NEAR;
    const isAbout = asked.length > 0 && shared / asked.length >= SECOND_OVERLAP;
    return (isAbout || isNear) && !this.isRepetition(source.sentence);
  }
}

/**
 * All that a section says, or an article whose title asks, in order; else all of the paragraph, since what to do often
 * stands behind the sentence that says when. Empty if that is long. A section whose heading says all that the question
 * says may be longer, for all of it answers.
 */
function shortAnswer(first: Source, { question, sources }: ComposerOptions): Source[] {
  const { headings, passage } = first;
  if (first.kind === 'row') return [];
  const isSection = headings.length > 0 || isQuestion(passage.title);
  const section = headings.join('\n');
  const same = sources.filter((each) => each.passage.id === passage.id && each.headings.join('\n') === section);
  const paragraph =
    first.kind !== 'text' ? [] : same.filter((each) => each.kind === 'text' && each.paragraph === first.paragraph);
  return (
    [...(isSection ? [same] : []), ...(passage.units ? [paragraph] : [])].find((all) =>
      isShort(all, isNamed(question, first)),
    ) ?? []
  );
}

/** Whether the heading of a quote has all words of the question. */
function isNamed(question: string, { headings }: Source): boolean {
  const asked = [...contentKeys(ownLineOf(question))];
  const named = contentKeys(headings.at(-1) ?? '');
  return asked.length >= MIN_NAMED && asked.every((key) => named.has(key));
}

function isShort(sources: readonly Source[], isNamed: boolean): boolean {
  const size = sources.reduce((sum, { sentence }) => sum + sentence.length, 0);
  const isProse = sources.every(({ kind }) => kind === 'text');
  const hasRows = sources.some(({ kind }) => kind === 'row');
  const most = isNamed ? MAX_NAMED_SENTENCES : MAX_ANSWER_SENTENCES;
  return !hasRows && sources.length <= most && size <= (isProse && !isNamed ? MAX_ANSWER_CHARS : MAX_SECTION_CHARS);
}

/** Where a row names its table, `Plan fees – `, which is said once. */
function tableOf(row: string): string {
  return /^.*? – (?=\S)/u.exec(row)?.[0] ?? '';
}

function inOrder(a: Source, b: Source): number {
  return a.passage.id === b.passage.id ? a.position - b.position : placeOf(a) - placeOf(b);
}

function placeOf({ passage: { id } }: Source): number {
  return Number(id.slice(id.lastIndexOf('#') + 1));
}

function sharedKeys(asked: readonly string[], { sentence }: Source): number {
  const there = contentKeys(sentence);
  return asked.filter((key) => there.has(key)).length;
}

/** Removes the words that small models put before an answer and that carry no content. */
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
