export { GroundedComposer, type Citation } from './composer.js';
export type { Choice } from './evidence.js';
export { phrasesIn } from './phrases.js';
export { closingOf, joinSaid, linesOf, planOf, type Planned, type Said } from './plan.js';
export { supportsOf } from './paraphrase.js';
export { sentenceEnd, splitSentences } from './sentences.js';
export { looksLikeInstruction, sourcesOf, type Source } from './sources.js';
export { wordsOf } from './words.js';
