import type { GatewayClient } from '@llmos/client';
import { analyze } from '@llmos/contracts/capabilities/analysis';
import { z } from 'zod';
import { mapBatches, type EvaluationOptions } from './concurrency.js';
import { EvaluationError } from './evaluation-error.js';
import { SpanTally, type SpanFigures, type TypedSpan } from './span-figures.js';

export interface EntityReport extends SpanFigures {
  readonly by_type: Record<string, SpanFigures>;
}

/** A sentence, its words joined by spaces, and the entities that its tags mark. */
export interface TaggedText {
  readonly text: string;
  readonly entities: readonly TypedSpan[];
}

/** The entity type of each tag in public data sets. Other tags are ignored. */
const TYPES: Readonly<Record<string, string>> = {
  per: 'person',
  person: 'person',
  org: 'organisation',
  organisation: 'organisation',
  organization: 'organisation',
  corporation: 'organisation',
  group: 'organisation',
  loc: 'place',
  location: 'place',
  gpe: 'place',
  place: 'place',
  product: 'product',
  date: 'date',
  money: 'money',
};

const replySchema = z.object({
  analyses: z.array(analyze.output.shape.analyses.element.pick({ entities: true })),
});

/** Reads CoNLL columns: each line has a word first and its BIO tag last; an empty line separates sentences. */
export function parseConll(text: string, file: string): TaggedText[] {
  const sentences = text
    .split(/\r?\n\s*\r?\n/)
    .map((block) => block.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('-DOCSTART-')));
  const parsed = sentences.filter((lines) => lines.length > 0).map(readSentence);
  if (parsed.length === 0)
    throw new EvaluationError(`${file} has no sentences`, 'give CoNLL columns: a word and its BIO tag');
  return parsed;
}

function readSentence(lines: readonly string[]): TaggedText {
  let text = '';
  const entities: TypedSpan[] = [];
  for (const line of lines) {
    const cells = line.trim().split(/\s+/);
    // WikiANN writes the language before each word.
    const word = cells[0]!.replace(/^[a-z]{2}:(?=.)/, '');
    const [place = 'O', name = ''] = cells.at(-1)!.split('-', 2);
    const start = text === '' ? 0 : text.length + 1;
    text += text === '' ? word : ` ${word}`;
    const type = TYPES[name.toLowerCase()];
    if (place === 'O' || type === undefined) continue;
    const last = entities.at(-1);
    if (place === 'I' && last?.type === type && last.end === start - 1)
      entities[entities.length - 1] = { ...last, end: text.length };
    else entities.push({ start, end: text.length, type });
  }
  return { text, entities };
}

/** Extracts the entities of every sentence. An entity is right when its type, its start and its end are right. */
export async function evaluateEntities(
  client: GatewayClient,
  sentences: readonly TaggedText[],
  options: EvaluationOptions,
): Promise<EntityReport> {
  const judged = new Set(sentences.flatMap(({ entities }) => entities.map(({ type }) => type)));
  const found = await mapBatches(sentences, options, async (batch) => {
    const texts = batch.map(({ text }) => text);
    const { details } = await client.process('text_analysis', { texts, tasks: ['entities'], language: 'en' });
    return replySchema.parse(details).analyses;
  });
  const tally = new SpanTally();
  sentences.forEach(({ entities }, at) =>
    tally.add(
      (found[at]?.entities ?? []).filter(({ type }) => judged.has(type)),
      entities,
    ),
  );
  return { ...tally.total(), by_type: tally.byType() };
}
