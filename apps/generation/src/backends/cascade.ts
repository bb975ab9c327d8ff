import type { ChatMessage } from '../ports/language-model.port.js';
import type { Backend } from './backend.js';

/** A token of English has about so many characters. The models' own tokenizers are not asked: a server has none to ask. */
const CHARACTERS_A_TOKEN = 4;

/** What a call needs of a model. */
export interface Need {
  readonly messages: readonly ChatMessage[];
  readonly maxTokens: number;
  /** The least class of the answers, 1 to 9; by default any. */
  readonly quality?: number | undefined;
}

/**
 * The models to ask, one after the other: the cheapest first, of equal price the better one. Those whose context is too small, or whose class
 * is too low, are left out; if all are too low or too small, the best or largest is asked all the same.
 */
export function cascade(backends: readonly Backend[], { messages, maxTokens, quality = 1 }: Need): Backend[] {
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  const tokens = characters / CHARACTERS_A_TOKEN + maxTokens;
  const roomy = atLeast(backends, tokens, ({ contextTokens }) => contextTokens);
  return atLeast(roomy, quality, (backend) => backend.quality).sort(
    (a, b) => a.price - b.price || b.quality - a.quality,
  );
}

/** Those with so much of it, or else those that have the most. */
function atLeast(backends: readonly Backend[], wanted: number, of: (backend: Backend) => number): Backend[] {
  const least = Math.min(wanted, Math.max(...backends.map(of)));
  return backends.filter((backend) => of(backend) >= least);
}
