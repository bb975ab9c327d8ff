import { adapt } from '#src/relevance/question-adapter.js';
import { evidenceOf, logOddsOf, type RelevanceModel } from '#src/relevance/relevance.js';
import { dot, type Example } from './trainer.ts';

/** Shares of the questions, 0 to 1. */
export interface Scores {
  readonly n: number;
  /** An article that answers is first, whether or not it is relevant enough. */
  readonly first: number;
  /** It is first and relevant: the question is answered rightly. */
  readonly right: number;
  /** Another article is first and relevant. */
  readonly wrong: number;
  /** No article is relevant. */
  readonly refused: number;
}

/** The best document of an example, as a search finds it. */
function judge(model: RelevanceModel, { question, candidates, answers }: Example) {
  const { vector } = adapt(model.adapter, question);
  const evidence = candidates.map(({ title, passage, words }) =>
    evidenceOf({ title: dot(title, vector), passage: dot(passage, vector), words }, model),
  );
  const best = evidence.indexOf(Math.max(...evidence));
  return { best, first: answers.has(best), relevant: logOddsOf(evidence[best]!, model) >= 0 };
}

/** Share of the examples that two models judge alike: the same best document, relevant to both or to neither. */
export function agreement(one: RelevanceModel, other: RelevanceModel, examples: readonly Example[]): number {
  const alike = examples.filter((example) => {
    const [a, b] = [judge(one, example), judge(other, example)];
    return a.relevant === b.relevant && (a.best === b.best || !a.relevant);
  });
  return alike.length / examples.length;
}

/** Ranks every example's documents as a search does. */
export function score(model: RelevanceModel, examples: readonly Example[]): Scores {
  const results = examples.map((example) => judge(model, example));
  const share = (is: (result: (typeof results)[number]) => boolean): number =>
    results.length === 0 ? 0 : Number((results.filter(is).length / results.length).toFixed(4));
  return {
    n: results.length,
    first: share(({ first }) => first),
    right: share(({ first, relevant }) => first && relevant),
    wrong: share(({ first, relevant }) => !first && relevant),
    refused: share(({ relevant }) => !relevant),
  };
}
