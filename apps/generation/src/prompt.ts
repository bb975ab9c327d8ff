import { wordsOf, type Source } from '@llmos/grounding';
import type { ChatMessage } from './ports/language-model.port.js';

/**
 * The check of support lets through what is said in the words of the text, shortened or joined. A model learns that more from
 * examples than from instructions. All calls share them: the model reads them once.
 */
const EXAMPLE: readonly ChatMessage[] = [
  {
    role: 'system',
    content:
      'Answer the question in one or two short sentences, in the words of the text. Leave out what was not asked, ' +
      'keep every number, name and condition, and add nothing.',
  },
  {
    role: 'user',
    content:
      'Text: The library is open from 9 am to 6 pm on weekdays. Books can be kept for 3 weeks. A lost book costs ' +
      '£8.00, which you pay at the desk.\n\nQuestion: I cannot find the book I borrowed, what now?',
  },
  { role: 'assistant', content: 'A lost book costs £8.00, which you pay at the desk.' },
  {
    role: 'user',
    content:
      'Text: Parking costs £3.00 a day and is paid at the machine. Your ticket is checked under Tickets > Entry before ' +
      'you go in. Dogs stay outside.\n\nQuestion: I come by car, where do I pay and where do I show my ticket?',
  },
  {
    role: 'assistant',
    content: 'Parking is paid at the machine, and your ticket is checked under Tickets > Entry before you go in.',
  },
];
const QUESTION_CHARACTERS = 300;
/** English prose in a byte-pair vocabulary of about 50,000. */
const TOKENS_PER_WORD = 1.4;

/**
 * The prompt for a small model: the best sentences, best first, then the question. Small models copy what they read
 * first, and reading takes most of the time to the first word, so the prompt is short.
 *
 * @param ranked the sentences of the passages, best first.
 * @param budgetTokens approximate number of tokens of passages in the prompt.
 */
export function groundedPrompt(question: string, ranked: readonly Source[], budgetTokens: number): ChatMessage[] {
  const chosen = new Set<string>();
  let tokens = 0;
  for (const { before, sentence } of ranked) {
    const added = [...before, sentence].filter((text) => !chosen.has(text));
    tokens += wordsOf(added.join(' ')).length * TOKENS_PER_WORD;
    if (tokens > budgetTokens && chosen.size > 0) break;
    for (const text of added) chosen.add(text);
  }
  return [
    ...EXAMPLE,
    { role: 'user', content: `Text: ${[...chosen].join(' ')}\n\nQuestion: ${question.slice(0, QUESTION_CHARACTERS)}` },
  ];
}
