import type { InputOf, OutputOf } from '@llmos/contracts';
import type { answer } from '@llmos/contracts/capabilities/generation';
import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import { weigh, type Choice } from './evidence.js';
import { phrasesIn } from './phrases.js';
import { plainText } from './sentences.js';
import { sourcesOf, type Source } from './sources.js';

/** What is said, and what it rests on. */
export type Said = Pick<
  OutputOf<typeof answer>,
  'text' | 'citations' | 'choices' | 'unanswered' | 'offered' | 'grounding'
>;

/** What one question of a message gets: a text that states nothing, or what a composer makes of the sources. */
export type Planned =
  | {
      readonly kind: 'plain';
      readonly text: string;
      readonly choices: readonly Choice[];
      readonly unanswered: string[];
    }
  | { readonly kind: 'sources'; readonly question: string; readonly sources: readonly Source[] };

/** A message with the passages that were found for its questions. */
type Message = Pick<InputOf<typeof answer>, 'question' | 'questions' | 'notice' | 'offer' | 'language'> & {
  readonly passages: readonly Passage[];
};

const MAX_NAMED_CHARACTERS = 200;

/**
 * Decides for each question of a message whether its passages answer it, leave a choice, or say nothing about it. Of
 * several questions, the one that nothing answers is named.
 *
 * @param minRelevance minimum probability that a passage's document answers the question.
 */
export function planOf(message: Message, minRelevance: number): Planned[] {
  const isUrgent = message.notice !== undefined;
  const parts = partsOf(message).map((part) => ({ ...part, evidence: weigh(part.passages, minRelevance, isUrgent) }));
  const phrases = phrasesIn(message.language);
  const nothing = isUrgent ? phrases.notFoundUrgent : phrases.notFound;
  if (parts.every(({ evidence }) => evidence.kind === 'none'))
    return [{ kind: 'plain', text: nothing, choices: [], unanswered: parts.map(({ question }) => question) }];
  let hasAsked = false;
  return parts.map(({ question, evidence }) => {
    const named = question.slice(0, MAX_NAMED_CHARACTERS);
    if (evidence.kind === 'choice' || evidence.kind === 'doubt') {
      const unanswered = evidence.kind === 'doubt' ? [question] : [];
      if (hasAsked) return { kind: 'plain', text: phrases.later(named), choices: [], unanswered };
      hasAsked = true;
      const { choices } = evidence;
      return { kind: 'plain', text: phrases.choice(choices.map(({ title }) => title)), choices, unanswered };
    }
    const sources = evidence.kind === 'answer' ? sourcesOf(evidence.passages) : [];
    if (sources.length > 0) return { kind: 'sources', question, sources };
    const text = parts.length > 1 ? phrases.missing(named) : nothing;
    return { kind: 'plain', text, choices: [], unanswered: [question] };
  });
}

/** What follows the answers: the notice, or else the offer where they state nothing. */
export function closingOf(
  { notice, offer }: Pick<Message, 'notice' | 'offer'>,
  answers: readonly Pick<Said, 'grounding'>[],
): { readonly text: string; readonly offered: boolean } | undefined {
  if (notice) return { text: notice, offered: false };
  const isNothing = answers.every(({ grounding }) => grounding === 'none');
  return offer && isNothing ? { text: offer, offered: true } : undefined;
}

/** A question in plain words; what it refers back to keeps a line of its own. */
export function linesOf(question: string): string {
  return question.split('\n').map(plainText).filter(Boolean).join('\n');
}

/** Several answers as one, in order. */
export function joinSaid(answers: readonly Said[]): Said {
  const [first, ...others] = answers;
  if (!first) throw new Error('There is no answer to join.');
  return others.reduce(join, first);
}

/** The questions of a message, in order. There is at least one. */
function partsOf({ question, questions = [], passages }: Message): Pick<Message, 'question' | 'passages'>[] {
  if (questions.length < 2) return [{ question, passages }];
  return questions.map((text, n) => ({
    question: linesOf(text),
    passages: passages.filter((passage) => (passage.question ?? 0) === n),
  }));
}

function join(one: Said, other: Said): Said {
  const cited = new Set(one.citations.map(({ passage }) => passage));
  return {
    text: `${one.text} ${other.text}`.trim(),
    citations: [...one.citations, ...other.citations.filter(({ passage }) => !cited.has(passage))],
    choices: [...one.choices, ...other.choices],
    unanswered: [...one.unanswered, ...other.unanswered],
    offered: one.offered || other.offered,
    grounding: joinGrounding(one.grounding, other.grounding),
  };
}

/** What states nothing changes nothing; quotes beside the model's sentences are a repaired answer. */
function joinGrounding(one: Said['grounding'], other: Said['grounding']): Said['grounding'] {
  if (one === other || other === 'none') return one;
  return one === 'none' ? other : 'repaired';
}
