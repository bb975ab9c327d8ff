import type { InputOf, OutputOf } from '@llmos/contracts';
import type { answer } from '@llmos/contracts/capabilities/generation';
import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import { plainText } from './sentences.js';

type Answer = OutputOf<typeof answer>;

/** One of the questions of a message, with the passages that were found for it. */
export interface Part {
  readonly question: string;
  readonly passages: readonly Passage[];
}

/** The questions of a message, in order. There is at least one. */
export function partsOf({ question, questions = [], passages }: InputOf<typeof answer>): Part[] {
  if (questions.length < 2) return [{ question, passages }];
  return questions.map((text, n) => ({
    question: linesOf(text),
    passages: passages.filter((passage) => (passage.question ?? 0) === n),
  }));
}

/** A question in plain words; what it refers back to keeps a line of its own. */
export function linesOf(question: string): string {
  return question.split('\n').map(plainText).filter(Boolean).join('\n');
}

/** Several answers as one, in order. */
export function joinAnswers(answers: readonly Answer[]): Answer {
  const [first, ...others] = answers;
  if (!first) throw new Error('There is no answer to join.');
  return others.reduce(join, first);
}

function join(one: Answer, other: Answer): Answer {
  const cited = new Set(one.citations.map(({ passage }) => passage));
  return {
    ...one,
    text: `${one.text} ${other.text}`.trim(),
    citations: [...one.citations, ...other.citations.filter(({ passage }) => !cited.has(passage))],
    choices: [...one.choices, ...other.choices],
    unanswered: [...one.unanswered, ...other.unanswered],
    grounding: joinGrounding(one.grounding, other.grounding),
    usage: {
      inputTokens: one.usage.inputTokens + other.usage.inputTokens,
      outputTokens: one.usage.outputTokens + other.usage.outputTokens,
    },
    offered: one.offered || other.offered,
    degraded: one.degraded || other.degraded,
  };
}

/** What states nothing changes nothing; quotes beside the model's sentences are a repaired answer. */
function joinGrounding(one: Answer['grounding'], other: Answer['grounding']): Answer['grounding'] {
  if (one === other || other === 'none') return one;
  return one === 'none' ? other : 'repaired';
}
