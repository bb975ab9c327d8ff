import { Adam, seededRandom, shuffled, standardNormal } from '@llmos/learning';
import { adapt, type QuestionAdapter } from '#src/relevance/question-adapter.js';
import { evidenceOf, type RelevanceModel, type Signs } from '#src/relevance/relevance.js';

/** Chosen on held-out questions; MODEL_CARD.md has the figures. */
export const SETTINGS = {
  rank: 32,
  /** Weight decay of the adapter. */
  decay: 0.01,
  epochs: 4,
  batch: 32,
  /** Falls linearly to `lastRate`. */
  firstRate: 0.003,
  lastRate: 0.0002,
  maxScale: 40,
  seed: 5,
  /**
   * Added to the trained threshold: of the documents of other companies, some are nearer to strangers' questions than
   * those of the sample.
   */
  caution: 0.11,
} as const;

/** One document as a candidate of a question. */
export interface Candidate {
  readonly title: Float32Array;
  /** The passage nearest to the question. */
  readonly passage: Float32Array;
  readonly words: number;
}

/** A question with its candidates; `answers` are indexes, empty if none answers. */
export interface Example {
  readonly question: Float32Array;
  readonly candidates: readonly Candidate[];
  readonly answers: ReadonlySet<number>;
}

interface Parameters {
  readonly adapter: QuestionAdapter;
  /** Weights of title, passage and words, the threshold, and the logarithm of the scale. */
  readonly numbers: Float32Array;
}

interface Gradient {
  readonly down: Float32Array;
  readonly up: Float32Array;
  readonly numbers: Float32Array;
}

const START = [0.5, 0.5, 0, 0.42, Math.log(1 / 0.06)];

/**
 * Fits the adapter and the weights together: the cross-entropy of a softmax over the candidates and "none of them",
 * whose evidence is the threshold. Deterministic.
 *
 * @param examplesOf the examples of an epoch.
 */
export function trainRelevance(
  examplesOf: (random: () => number) => readonly Example[],
  log: (line: string) => void = () => undefined,
): RelevanceModel {
  const random = seededRandom(SETTINGS.seed);
  const { rank, epochs, batch, firstRate, lastRate } = SETTINGS;
  const dimensions = examplesOf(seededRandom(0))[0]!.question.length;
  const down = Float32Array.from({ length: rank * dimensions }, () => 0.05 * standardNormal(random));
  const adapter = { dimensions, rank, down, up: new Float32Array(rank * dimensions) };
  const parameters = { adapter, numbers: Float32Array.from(START) };
  const optimisers = { down: new Adam(down.length), up: new Adam(down.length), numbers: new Adam(START.length) };
  for (let epoch = 0; epoch < epochs; epoch++) {
    const examples = shuffled(examplesOf(random), random);
    const rate = firstRate * (1 - epoch / epochs) + lastRate;
    let loss = 0;
    for (let from = 0; from < examples.length; from += batch) {
      const part = examples.slice(from, from + batch);
      const { gradient, loss: added } = gradientOf(parameters, part);
      loss += added;
      optimisers.down.step(down, gradient.down, rate);
      optimisers.up.step(adapter.up, gradient.up, rate);
      optimisers.numbers.step(parameters.numbers, gradient.numbers, rate / 2);
      parameters.numbers[4] = Math.min(parameters.numbers[4]!, Math.log(SETTINGS.maxScale));
    }
    log(`epoch ${epoch + 1} of ${epochs}: loss ${(loss / examples.length).toFixed(3)}`);
  }
  const model = modelOf(parameters);
  return { ...model, threshold: model.threshold + SETTINGS.caution };
}

function modelOf({ adapter, numbers }: Parameters): RelevanceModel {
  const [title, passage, words, threshold, scale] = numbers as unknown as [number, number, number, number, number];
  return { adapter, weights: { title, passage, words }, threshold, scale: Math.exp(scale) };
}

function gradientOf(parameters: Parameters, examples: readonly Example[]): { gradient: Gradient; loss: number } {
  const { down, up } = parameters.adapter;
  const gradient = {
    down: down.map((value) => SETTINGS.decay * value),
    up: up.map((value) => SETTINGS.decay * value),
    numbers: new Float32Array(START.length),
  };
  const loss = examples.reduce(
    (sum, example) => sum + addGradient(parameters, example, 1 / examples.length, gradient),
    0,
  );
  return { gradient, loss };
}

/** Adds one example's share to the gradient, and returns its loss. */
function addGradient(parameters: Parameters, example: Example, share: number, gradient: Gradient): number {
  const model = modelOf(parameters);
  const { question, candidates, answers } = example;
  const adapted = adapt(model.adapter, question);
  const signs = candidates.map(({ title, passage, words }) => ({
    title: dot(title, adapted.vector),
    passage: dot(passage, adapted.vector),
    words,
  }));
  const evidence = [...signs.map((sign) => evidenceOf(sign, model)), model.threshold];
  const probabilities = softmax(evidence.map((value) => value * model.scale));
  const isRight = (at: number): boolean => (answers.size === 0 ? at === candidates.length : answers.has(at));
  const right = probabilities.reduce((sum, p, at) => sum + (isRight(at) ? p : 0), 0) + 1e-12;
  const toVector = new Float32Array(question.length);
  probabilities.forEach((p, at) => {
    const slope = share * (p - (isRight(at) ? p / right : 0));
    gradient.numbers[4]! += slope * evidence[at]! * model.scale;
    const sign = signs[at];
    if (sign) addCandidate(sign, candidates[at]!, slope * model.scale, model, gradient.numbers, toVector);
    else gradient.numbers[3]! += slope * model.scale;
  });
  addAdapter(model.adapter, question, adapted, toVector, gradient);
  return -Math.log(right);
}

function addCandidate(
  sign: Signs,
  { title, passage }: Candidate,
  slope: number,
  { weights }: RelevanceModel,
  numbers: Float32Array,
  toVector: Float32Array,
): void {
  numbers[0]! += slope * sign.title;
  numbers[1]! += slope * sign.passage;
  numbers[2]! += slope * sign.words;
  if (Math.abs(slope) < 1e-7) return;
  for (let i = 0; i < toVector.length; i++)
    toVector[i]! += slope * (weights.title * title[i]! + weights.passage * passage[i]!);
}

/** Through the normalisation, then through both halves of the adapter. */
function addAdapter(
  { dimensions, rank, up }: QuestionAdapter,
  question: Float32Array,
  { vector, hidden, length }: { vector: Float32Array; hidden: Float32Array; length: number },
  toVector: Float32Array,
  gradient: Gradient,
): void {
  const along = dot(toVector, vector);
  const slope = toVector.map((value, i) => (value - along * vector[i]!) / length);
  for (let row = 0; row < rank; row++) {
    const from = row * dimensions;
    let back = 0;
    for (let i = 0; i < dimensions; i++) {
      gradient.up[from + i]! += slope[i]! * hidden[row]!;
      back += up[from + i]! * slope[i]!;
    }
    for (let i = 0; i < dimensions; i++) gradient.down[from + i]! += back * question[i]!;
  }
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function softmax(values: readonly number[]): number[] {
  const top = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
