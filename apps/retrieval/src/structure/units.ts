import type { Block } from './block.js';
import { listUnits, stepsUnits } from './list-units.js';
import { rowUnits } from './row-units.js';
import { lastSentence } from './sentences.js';

/** A part of a document that an answer may quote. */
export interface Unit {
  /**
   * `text`: prose, of which any sentence may be quoted. The others are quoted whole: the `steps` of a procedure, a
   * `list` with its lead, a `row` of a table with the names of its columns. A `part` of steps is found, never quoted.
   */
  readonly kind: 'text' | 'steps' | 'list' | 'row' | 'part';
  readonly text: string;
  /** The headings above it, outermost first. */
  readonly headings: readonly string[];
}

/** A longer heading is a text: what leads a list or a table is in each of its parts. */
const MAX_HEADING_CHARS = 300;
/** Longer sentences are no lead of a list. */
const MAX_LEAD_CHARS = 300;
/** A shorter sentence without a colon is a statement of its own: `£900 a day.` */
const MIN_LEAD_WORDS = 5;
/** `Steps:`, `Follow these steps:` and `To do this:` do not say what for. */
const VAGUE_LEAD =
  /^(?:\S+|(?:\S+\s+){0,3}(?:steps|instructions|following)|(?:\S+\s+){0,4}(?:it|this|that|them|so))[:.]?$/iu;

/** The units of a document, in order: every sentence is in one of them. A heading is quoted only with its text. */
export function unitsOf(title: string, blocks: readonly Block[]): Unit[] {
  const body = blocks.filter((block) => block.kind !== 'heading');
  if (body.length === 0) return blocks.flatMap((block) => (block.kind === 'heading' ? headingAsText(block.text) : []));
  const reader = new UnitReader(title);
  for (const block of blocks) reader.read(block);
  return reader.units;
}

function headingAsText(text: string): Unit[] {
  return text === '' ? [] : [{ kind: 'text', text, headings: [] }];
}

class UnitReader {
  readonly units: Unit[] = [];
  private headings: Array<{ level: number; text: string }> = [];
  /** Whether the last unit is a paragraph that may introduce what follows. */
  private leads = false;

  constructor(private readonly title: string) {}

  read(block: Block): void {
    if (block.kind === 'heading') this.readHeading(block);
    else if (block.kind === 'paragraph') this.add('text', [block.lines.map(({ text }) => text).join(' ')]);
    else if (block.kind === 'code') this.add('text', [block.text]);
    else if (block.kind === 'table') this.add('row', rowUnits(block, this.takeLead(true)));
    else if (block.ordered && block.items.length > 1) this.readSteps(block);
    else this.add('list', listUnits(block.items, this.takeLead(false)));
    this.leads = block.kind === 'paragraph';
  }

  private readHeading({ level, text }: { level: number; text: string }): void {
    this.headings = this.headings.filter((heading) => heading.level < level);
    const isTitle = text.toLowerCase() === this.title.trim().toLowerCase();
    if (text.length > MAX_HEADING_CHARS) this.add('text', [text]);
    else if (text !== '' && !isTitle) this.headings.push({ level, text });
  }

  private readSteps({ items, start }: Extract<Block, { kind: 'list' }>): void {
    const { steps, parts } = stepsUnits(items, start, { lead: this.takeLead(false), title: this.title });
    if (parts.length === 0) return this.add('steps', [steps]);
    for (const part of parts) {
      this.add('steps', [steps]);
      this.add('part', [part]);
    }
  }

  private add(kind: Unit['kind'], texts: readonly string[]): void {
    const headings = this.headings.map(({ text }) => text);
    this.units.push(...texts.filter((text) => text !== '').map((text) => ({ kind, text, headings })));
  }

  /**
   * The sentence that introduces a list or a table: the last of the paragraph directly before it, else the heading,
   * else the title. A table is introduced only by a sentence with a colon.
   */
  private takeLead(colonOnly: boolean): string {
    const topic = this.headings.at(-1)?.text ?? this.title;
    const before = this.leads ? this.units.at(-1) : undefined;
    const sentence = before && lastSentence(before.text);
    if (!before || !sentence || !introduces(sentence, colonOnly)) return topic;
    this.units.pop();
    const rest = before.text.slice(0, before.text.length - sentence.length).trim();
    if (rest !== '') this.units.push({ ...before, text: rest });
    if (!VAGUE_LEAD.test(sentence)) return sentence;
    return /[.?!]$/u.test(topic) ? `${topic} ${sentence}` : `${topic} – ${sentence}`;
  }
}

function introduces(sentence: string, colonOnly: boolean): boolean {
  if (sentence.length > MAX_LEAD_CHARS) return false;
  return sentence.endsWith(':') || (!colonOnly && sentence.split(/\s+/u).length >= MIN_LEAD_WORDS);
}
