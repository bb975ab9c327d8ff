import type { ChatMessage } from '../ports/language-model.port.js';
import type { Source } from './sources.js';

const SYSTEM = 'You are a help desk assistant. Answer the question in one or two short sentences. Copy the facts from the text exactly.';
const QUESTION_CHARACTERS = 300;
/** English prose in a byte-pair vocabulary of about 50,000. */
const TOKENS_PER_WORD = 1.4;

/**
 * What a small model is asked: the best sentences, then the question. The same passages give the same beginning, so
 * that a model which keeps its state reads them once.
 *
 * @param ranked sentences, best first; they are shown in the order of their passages.
 * @param budgetTokens about how many tokens of passages the prompt may hold; reading them is most of the time to the first word.
 */
export function groundedPrompt(question: string, ranked: readonly Source[], all: readonly Source[], budgetTokens: number): ChatMessage[] {
  const chosen = new Set<Source>();
  let tokens = 0;
  for (const source of ranked) {
    tokens += source.words.length * TOKENS_PER_WORD;
    if (tokens > budgetTokens && chosen.size > 0) break;
    chosen.add(source);
  }
  const text = all.filter((source) => chosen.has(source)).map((source) => source.text).join(' ');
  return [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: `Text: ${text}\n\nQuestion: ${question.slice(0, QUESTION_CHARACTERS)}` },
  ];
}
