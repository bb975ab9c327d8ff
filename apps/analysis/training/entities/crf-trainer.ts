import { seededRandom } from '@llmos/learning';
import { emptyWeights, scoreWords, type EntityWeights, type WordRows } from '#src/entities/entity-weights.js';
import { TAGS } from '#src/entities/tags.js';
import { beliefsOf } from '#src/entities/tag-lattice.js';

export interface LabelledSentence extends WordRows {
  readonly tags: Uint8Array;
}

export interface CrfSettings {
  readonly epochs: number;
  readonly denseRate: number;
  readonly lexicalRate: number;
  /** The share of lexical features dropped in training, so that unseen names are recognised by their token states. */
  readonly dropout: number;
  /** L2 penalty, applied at each update of a weight. */
  readonly decay: number;
  readonly seed: number;
}

const EPSILON = 1e-8;

/**
 * Trains the linear-chain CRF by AdaGrad (Duchi et al. 2011), sentence by sentence in a seeded order: the same data
 * and settings give the same head.
 */
export class CrfTrainer {
  private readonly weights: EntityWeights;
  private readonly squares: EntityWeights;
  private readonly random: () => number;
  private readonly settings: CrfSettings;

  constructor(dimensions: number, settings: CrfSettings) {
    this.settings = settings;
    this.weights = emptyWeights(dimensions);
    this.squares = emptyWeights(dimensions);
    this.random = seededRandom(settings.seed);
  }

  /** Reports the mean loss of each epoch, in nats per sentence. */
  fit(sentences: readonly LabelledSentence[], report: (epoch: number, loss: number) => void): EntityWeights {
    const order = sentences.map((_, at) => at);
    for (let epoch = 1; epoch <= this.settings.epochs; epoch++) {
      shuffle(order, this.random);
      let loss = 0;
      for (const at of order) loss += this.learn(sentences[at]!);
      report(epoch, loss / sentences.length);
    }
    return this.weights;
  }

  private learn(sentence: LabelledSentence): number {
    const { dropout, denseRate, lexicalRate } = this.settings;
    const features = sentence.features.map((buckets) => buckets.filter(() => this.random() >= dropout));
    const { weights, squares } = this;
    // Inverted dropout: the remaining features are scaled up, so that the scores without dropout are the same on
    // average.
    const value = 1 / (1 - dropout);
    const scores = scoreWords({ states: sentence.states, features }, weights, value);
    const { marginals: errors, transitionCounts, logPartition } = beliefsOf(scores, weights);
    let gold = weights.start[sentence.tags[0]!]!;
    sentence.tags.forEach((tag, word) => {
      gold += scores[word * TAGS + tag]!;
      errors[word * TAGS + tag]! -= 1;
      if (word === 0) return;
      const move = sentence.tags[word - 1]! * TAGS + tag;
      gold += weights.transitions[move]!;
      transitionCounts[move]! -= 1;
    });
    for (let tag = 0; tag < TAGS; tag++) this.update(weights.start, squares.start, tag, errors[tag]!, lexicalRate);
    transitionCounts.forEach((error, at) =>
      this.update(weights.transitions, squares.transitions, at, error, lexicalRate),
    );
    this.learnDense(sentence.states, errors, denseRate);
    features.forEach((buckets, word) => {
      for (const bucket of buckets)
        for (let tag = 0; tag < TAGS; tag++)
          this.update(
            weights.lexical,
            squares.lexical,
            bucket * TAGS + tag,
            value * errors[word * TAGS + tag]!,
            lexicalRate,
          );
    });
    return logPartition - gold;
  }

  private learnDense(states: Float32Array, errors: Float64Array, rate: number): void {
    const { dimensions } = this.weights;
    const gradient = new Float64Array(dimensions * TAGS);
    for (let word = 0; word * dimensions < states.length; word++)
      for (let d = 0; d < dimensions; d++)
        for (let tag = 0; tag < TAGS; tag++)
          gradient[d * TAGS + tag]! += states[word * dimensions + d]! * errors[word * TAGS + tag]!;
    gradient.forEach((value, at) => this.update(this.weights.dense, this.squares.dense, at, value, rate));
  }

  private update(weights: Float32Array, squares: Float32Array, at: number, gradient: number, rate: number): void {
    const slope = gradient + this.settings.decay * weights[at]!;
    squares[at]! += slope * slope;
    weights[at]! -= (rate * slope) / (Math.sqrt(squares[at]!) + EPSILON);
  }
}

function shuffle(values: number[], random: () => number): void {
  for (let at = values.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [values[at], values[other]] = [values[other]!, values[at]!];
  }
}
