import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Adam } from '@llmos/learning';
import type { Embedder } from '@llmos/models';
import { ExactVectorIndex } from '#src/adapters/exact-vector.index.adapter.js';
import { DocumentEmbedder } from '#src/document-embedder.js';
import { HybridIndex, type SecondLook } from '#src/hybrid-index.js';
import { cutPassages, embeddingText } from '#src/passages.js';
import {
  clearEvidenceOf,
  lateEvidenceOf,
  type Calibration,
  type LateModel,
  type RelevanceModel,
} from '#src/relevance/relevance.js';
import type { TokenProjection } from '#src/relevance/token-projection.js';
import { SearchEncoder } from '#src/search-encoder.js';
import { HELP_CENTRE, readArticles, type Article, type Question } from './corpora.ts';
import { principalComponents } from './principal-components.ts';

/** Chosen on the customers' questions of the training; MODEL_CARD.md has the figures. */
export const LATE_SETTINGS = {
  /** Length of a token's short vector. */
  size: 64,
  steps: 3_000,
  rate: 0.02,
  /** Pulls the weights towards 0. */
  decay: 0.002,
  /** Strangers' questions asked of each company. */
  strangers: 400,
  /** The threshold lets this share of the strangers' questions pass. */
  passing: 0.025,
  /** Evidence for each unit of the logarithm of a question's words. */
  length: 0.05,
  /** Strangers' questions by which a company's noise floor is measured. */
  cohort: 128,
} as const;

const NORVALE = fileURLToPath(new URL('norvale', import.meta.url));
const CUSTOMERS = fileURLToPath(new URL('customers', import.meta.url));
const TENANT = 'company';

/** What the second look sees of the documents of a question; `answers` are indexes, empty if none answers. */
export interface LateExample {
  readonly text: string;
  /** The company's noise floor. */
  readonly floor: number;
  readonly signs: readonly SecondLook[];
  readonly answers: ReadonlySet<number>;
}

type Weights = LateModel['weights'];
type Encoder = Pick<Embedder, 'model' | 'embed' | 'encode'>;

/**
 * Fits the second look on questions that the first was not trained on: those of the bank's and another company's
 * customers, and strangers' questions to both.
 */
export async function trainSecondLook(
  embedder: Encoder,
  first: RelevanceModel,
  strangers: readonly Question[],
  log: (line: string) => void = () => undefined,
): Promise<LateModel> {
  const bank = await readArticles(HELP_CENTRE);
  const projection = await projectionOf(embedder, bank, first.adapter.dimensions);
  const cohort = spread(strangers, LATE_SETTINGS.cohort);
  const model = {
    ...first,
    late: { ...UNTRAINED, projection, length: LATE_SETTINGS.length, strangers: cohort.map(({ text }) => text) },
  };
  const sample = spread(
    strangers.filter((stranger) => !cohort.includes(stranger)),
    LATE_SETTINGS.strangers,
  );
  const known: LateExample[] = [];
  const foreign: LateExample[] = [];
  for (const [articles, file] of [
    [bank, 'quillbank'],
    [await readArticles(NORVALE), 'norvale'],
  ] as const) {
    const company = await openCompany(embedder, model, articles);
    known.push(...(await company.examplesOf(await readCustomers(`${CUSTOMERS}/${file}.jsonl`))));
    foreign.push(...(await company.examplesOf(sample)));
    log(`second look: the questions to ${file} are read`);
  }
  return { ...model.late, ...fit(known, foreign) };
}

function spread<T>(items: readonly T[], count: number): T[] {
  return Array.from({ length: count }, (_, n) => items[Math.floor((n * items.length) / count)]!);
}

const UNTRAINED = { weights: { evidence: 1, document: 0, passage: 0 }, sharpness: 1, threshold: 0, scale: 1 };

async function readCustomers(path: string): Promise<Pick<Question, 'text' | 'articles'>[]> {
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  return lines
    .map((line) => JSON.parse(line) as { question: string; articles: string[] })
    .map(({ question, articles }) => ({ text: question, articles }));
}

/** From the tokens of the bank's articles. */
async function projectionOf(
  embedder: Encoder,
  articles: readonly Article[],
  dimensions: number,
): Promise<TokenProjection> {
  const texts = articles.flatMap(({ title, text }) =>
    cutPassages(title, text).map((passage) => embeddingText(title, passage)),
  );
  const states = (await embedder.encode(texts)).map(({ tokens }) => unitRows(tokens.states, dimensions));
  const all = new Float32Array(states.reduce((sum, { length }) => sum + length, 0));
  states.reduce((at, each) => (all.set(each, at), at + each.length), 0);
  const { size } = LATE_SETTINGS;
  return { dimensions, size, rows: principalComponents(all, dimensions, size) };
}

function unitRows(rows: Float32Array, dimensions: number): Float32Array {
  const unit = Float32Array.from(rows);
  for (let from = 0; from < unit.length; from += dimensions) {
    const row = unit.subarray(from, from + dimensions);
    const length = Math.hypot(...row) || 1;
    row.forEach((value, i) => (row[i] = value / length));
  }
  return unit;
}

/** A company's articles, indexed as the service indexes them. */
export async function openCompany(embedder: Encoder, model: RelevanceModel, articles: readonly Article[]) {
  const texts = new SearchEncoder(embedder, model.late?.projection);
  const documents = new DocumentEmbedder(texts);
  const index = new HybridIndex(new ExactVectorIndex(), model);
  index.calibrate((await texts.encode(index.strangers, 'query')).map(({ vector }) => vector));
  for (const { id, title, text } of articles)
    await index.set({ tenant: TENANT, id }, await documents.embed({ title, text, intents: [] }, 'folder'));
  const examplesOf = async (
    questions: readonly Pick<Question, 'text' | 'articles'>[],
    limit = 6,
  ): Promise<LateExample[]> => {
    const plain = questions.map(({ text }) => index.corrected(text, [TENANT]));
    const encoded = await texts.encode(plain, 'query');
    const floor = index.noiseOf([TENANT]);
    return Promise.all(
      questions.map(async ({ articles: right }, n) => {
        const text = plain[n]!;
        const signs = await index.signsOf({ text, ...encoded[n]!, tenants: [TENANT], limit });
        const answers = signs.flatMap(({ ref }, at) => (right.includes(ref.id) ? [at] : []));
        return { text, floor, signs, answers: new Set(answers) };
      }),
    );
  };
  return { examplesOf };
}

/** Minimises the cross-entropy of a softmax over the documents and "none of them". Deterministic. */
function fit(
  known: readonly LateExample[],
  foreign: readonly LateExample[],
): Pick<LateModel, 'weights' | 'sharpness' | keyof Calibration> {
  const numbers = Float32Array.of(10, 10, 10, 15);
  const optimiser = new Adam(numbers.length);
  const { steps, rate, decay } = LATE_SETTINGS;
  for (let step = 0; step < steps; step++) {
    const gradient = numbers.map((value, n) => (n < 3 ? decay * value : 0));
    for (const example of known) addGradient(numbers, example, 1 / known.length, gradient);
    for (const example of foreign) addGradient(numbers, example, 1 / foreign.length, gradient);
    optimiser.step(numbers, gradient, rate);
  }
  const [evidence, document, passage] = numbers as unknown as [number, number, number];
  const total = evidence + document + passage;
  const weights = { evidence: evidence / total, document: document / total, passage: passage / total };
  return { weights, sharpness: total, ...calibrate(weights, known, foreign) };
}

/**
 * A logistic regression on the clear evidence of the best document. Its threshold is then set to what only a few of the
 * strangers' questions exceed.
 */
function calibrate(weights: Weights, known: readonly LateExample[], foreign: readonly LateExample[]): Calibration {
  const best = (example: LateExample) => bestOf(example, weights);
  const right = known.map(best).filter(({ isRight }) => isRight);
  const wrong = [...known.map(best).filter(({ isRight }) => !isRight), ...foreign.map(best)];
  const numbers = Float32Array.of(10, 1);
  const optimiser = new Adam(numbers.length);
  for (let step = 0; step < LATE_SETTINGS.steps; step++) {
    const gradient = new Float32Array(2);
    for (const [examples, label] of [
      [right, 1],
      [wrong, 0],
    ] as const)
      for (const { clear } of examples) {
        const error = 1 / (1 + Math.exp(numbers[1]! - numbers[0]! * clear)) - label;
        gradient[0]! += (error * clear) / examples.length;
        gradient[1]! -= error / examples.length;
      }
    optimiser.step(numbers, gradient, LATE_SETTINGS.rate);
  }
  const passing = foreign.map((example) => best(example).clear).sort((a, b) => b - a);
  return { scale: numbers[0]!, threshold: passing[Math.floor(passing.length * LATE_SETTINGS.passing)]! };
}

function bestOf({ text, floor, signs, answers }: LateExample, weights: Weights) {
  const evidences = signs.map((sign) => lateEvidenceOf(sign.evidence, sign, { weights }));
  const at = evidences.indexOf(Math.max(...evidences));
  return { isRight: answers.has(at), clear: clearEvidenceOf(signs[at]!.evidence, { text, floor }, LATE_SETTINGS) };
}

function addGradient(
  [evidence, document, passage, none]: Float32Array,
  { signs, answers }: LateExample,
  share: number,
  gradient: Float32Array,
): void {
  const logits = signs.map((sign) => evidence! * sign.evidence + document! * sign.document + passage! * sign.passage);
  logits.push(none!);
  const top = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const isRight = (at: number): boolean => (answers.size === 0 ? at === signs.length : answers.has(at));
  const right = powers.reduce((sum, power, at) => sum + (isRight(at) ? power : 0), 0) + 1e-12;
  powers.forEach((power, at) => {
    const slope = share * (power / total - (isRight(at) ? power / right : 0));
    const sign = signs[at];
    if (!sign) return void (gradient[3]! += slope);
    gradient[0]! += slope * sign.evidence;
    gradient[1]! += slope * sign.document;
    gradient[2]! += slope * sign.passage;
  });
}
