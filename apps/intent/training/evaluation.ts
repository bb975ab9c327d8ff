import { accuracyOf, areaUnderRoc, calibrationErrorOf } from '@llmos/learning';
import { decodeHead, encodeHead } from '#src/head/head-file.js';
import type { HeadWeights } from '#src/head/head-weights.js';
import { IntentHead } from '#src/head/intent-head.js';
import { selectRows, stratifiedParts, type TrainingSet } from './dataset.ts';

export interface HeldOutScores {
  readonly n: number;
  readonly accuracy: number;
  readonly embeddingAccuracy: number;
  readonly lexicalAccuracy: number;
  /** Expected calibration error of the probabilities. */
  readonly calibrationError: number;
  /** Share of in-scope questions called out of scope. */
  readonly falseAlarms: number;
}

export interface OutOfScopeScores {
  readonly n: number;
  readonly auroc: number;
  /** Share found when 5 % of these in-scope questions are called out of scope. */
  readonly recallAtFivePercentFalseAlarms: number;
  /** Share found at the head's own threshold. */
  readonly recallAtThreshold: number;
}

export interface EmbeddedTexts {
  readonly texts: readonly string[];
  readonly vectors: readonly Float32Array[];
}

const SCOPE_LIMIT = 0.5;
const FALSE_ALARMS = 0.05;

/** The head as it is stored: quantised and read back. */
export function asStored(weights: HeadWeights): IntentHead {
  return new IntentHead(
    decodeHead(encodeHead(weights, { model: 'evaluation', provenance: {}, file: 'evaluation.safetensors' })),
  );
}

/** One part in `1 / share` of every class is held out, chosen by the seed; the rest is for training. */
export function holdOut(
  set: TrainingSet,
  share: number,
  seed: number,
): { training: TrainingSet; heldOut: TrainingSet } {
  const part = stratifiedParts(set.labels, Math.round(1 / share), seed);
  return { training: selectRows(set, (row) => part[row] !== 0), heldOut: selectRows(set, (row) => part[row] === 0) };
}

/** Scores a head on labelled questions it was not trained on. */
export function scoreHeldOut(head: IntentHead, { texts, vectors, labels }: TrainingSet): HeldOutScores {
  const verdicts = vectors.map((vector, row) => head.classify(vector, texts[row]!));
  const probabilities = verdicts.map((verdict) => verdict.probabilities);
  return {
    n: labels.length,
    accuracy: accuracyOf(probabilities, labels),
    embeddingAccuracy: accuracyOf(
      vectors.map((vector) => head.embeddingLogProbabilities(vector)),
      labels,
    ),
    lexicalAccuracy: accuracyOf(
      texts.map((text) => head.lexicalLogProbabilities(text)),
      labels,
    ),
    calibrationError: calibrationErrorOf(probabilities, labels),
    falseAlarms: verdicts.filter((verdict) => verdict.outOfScopeScore > SCOPE_LIMIT).length / labels.length,
  };
}

/** How well the head separates out-of-scope questions from held-out in-scope questions. */
export function scoreOutOfScope(head: IntentHead, inScope: EmbeddedTexts, outOfScope: EmbeddedTexts): OutOfScopeScores {
  const scoresOf = ({ vectors, texts }: EmbeddedTexts) =>
    vectors.map((vector, row) => head.classify(vector, texts[row]!).outOfScopeScore);
  const known = scoresOf(inScope);
  const unknown = scoresOf(outOfScope);
  const allowed = Math.floor(known.length * FALSE_ALARMS);
  const limit = [...known].sort((a, b) => b - a)[allowed] ?? 1;
  const shareAbove = (bound: number) => unknown.filter((score) => score > bound).length / unknown.length;
  return {
    n: unknown.length,
    auroc: areaUnderRoc(unknown, known),
    recallAtFivePercentFalseAlarms: shareAbove(limit),
    recallAtThreshold: shareAbove(SCOPE_LIMIT),
  };
}
