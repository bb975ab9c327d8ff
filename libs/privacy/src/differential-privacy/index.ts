export { gaussianMargin, laplaceMargin } from './margin.js';
export { SystemRandom, uniformBelow, type RandomSource } from './random-source.js';
export { integerSquareRoot, rational, type Rational } from './rational.js';
export { bernoulli, bernoulliExp, discreteGaussian, discreteLaplace } from './samplers.js';
export { deltaOf, epsilonOf, gaussianRho, gaussianVariance, laplaceScale, NANO, nanoRho, pureRho } from './zcdp.js';
