import { readFileSync } from 'node:fs';
import { sourcesOf, splitSentences, supportsOf } from '@llmos/grounding';

interface Example {
  readonly prompt: string;
  readonly answer: string;
}

const REFUSAL = 'The text does not say.';
const examples = readFileSync(new URL('examples.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Example);

function sourcesIn(prompt: string) {
  const [text = ''] = prompt.replace(/^Text: /u, '').split('\n\nQuestion: ');
  return sourcesOf([{ id: 'a#0', document: 'a', title: 'a', text, score: 1, similarity: 0.5 }]);
}

describe('The examples of the rewriter', () => {
  it('have no sentence that the support check refuses', () => {
    const refused = examples
      .filter(({ answer }) => answer !== REFUSAL)
      .flatMap(({ prompt, answer }) => {
        const sources = sourcesIn(prompt);
        return splitSentences(answer).filter((sentence) => supportsOf(sentence, sources).length === 0);
      });
    expect(refused).toEqual([]);
  });

  it('have refusals, and an example of each question only once', () => {
    const refusals = examples.filter(({ answer }) => answer === REFUSAL).length;
    expect(refusals / examples.length).toBeGreaterThan(0.1);
    expect(new Set(examples.map(({ prompt }) => prompt)).size).toBe(examples.length);
  });
});
