export { GroundedComposer, type Citation } from './composer.js';
export type { Choice } from './evidence.js';
export {
  closingOf,
  joinSaid,
  linesOf,
  NOT_FOUND_TEXT,
  NOT_FOUND_URGENT_TEXT,
  planOf,
  type Planned,
  type Said,
} from './plan.js';
export { supportsOf } from './paraphrase.js';
export { sentenceEnd, splitSentences } from './sentences.js';
export { looksLikeInstruction, sourcesOf, type Source } from './sources.js';
export { wordsOf } from './words.js';
