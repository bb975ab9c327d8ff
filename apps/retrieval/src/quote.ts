import type { InputOf, OutputOf } from '@llmos/contracts';
import type { quote } from '@llmos/contracts/capabilities/retrieval';
import { closingOf, GroundedComposer, joinSaid, linesOf, planOf, type Planned, type Said } from '@llmos/grounding';

/** A passage that is less relevant is not quoted. */
const MIN_RELEVANCE = 0.5;

/** Answers as `generation.answer` does where no language model writes: from the same parts of the same documents. */
export function quoteAnswer({ questions, otherwise, ...message }: InputOf<typeof quote>): OutputOf<typeof quote> {
  const [question = '', ...others] = questions.map(linesOf);
  const planned = planOf({ ...message, question, questions: [question, ...others] }, MIN_RELEVANCE);
  const said = new Set<string>();
  const answers = planned.map((each) => answerOf(each, message.notice !== undefined, said));
  const isNothing = planned.every((each) => each.kind === 'plain' && each.choices.length === 0);
  if (isNothing && otherwise) answers.splice(0, answers.length, { ...joinSaid(answers), text: otherwise });
  const closing = closingOf(message, answers);
  if (closing) answers.push({ ...NOTHING, ...closing });
  const { grounding, ...joined } = joinSaid(answers);
  return { ...joined, grounding: grounding === 'none' ? 'none' : 'extracted' };
}

const NOTHING: Said = { text: '', citations: [], choices: [], unanswered: [], offered: false, grounding: 'none' };

/** @param said what was said to the questions before, which is not repeated; this answer is added. */
function answerOf(planned: Planned, isUrgent: boolean, said: Set<string>): Said {
  if (planned.kind === 'plain') {
    const { text, choices, unanswered } = planned;
    return { ...NOTHING, text, choices: [...choices], unanswered };
  }
  const { question, sources } = planned;
  const release = (sentence: string) => void said.add(sentence);
  const composer = new GroundedComposer({ question, sources, isUrgent, said: new Set(said), release });
  composer.finish();
  const { text, citations, grounding } = composer;
  return { ...NOTHING, text, citations, grounding };
}
