export { Adam } from './adam.js';
export { lexicalVector, wordGrams, type SparseVector } from './lexical-features.js';
export { minimise, type MinimiseOptions, type Objective } from './lbfgs.js';
export { matrix, solvePositiveDefinite, timesTransposed, transpose, type Matrix } from './linear-algebra.js';
export {
  fitLogisticRegression,
  type LabelledRows,
  type LinearWeights,
  type LogisticRegressionOptions,
} from './logistic-regression.js';
export { accuracyOf, areaUnderRoc, argmax, calibrationErrorOf, logLossOf, quantileOf } from './metrics.js';
export { dequantiseColumns, dequantiseRows, quantiseColumns, quantiseRows, type Quantised } from './quantise.js';
export { seededRandom, shuffled, standardNormal } from './seeded-random.js';
export { fitVocabulary, type Vocabulary } from './vocabulary.js';
