import { decideReplacement } from './replacement.js';

const measured = (value: number, samples = 1_000) => ({ value, halfWidth: 0.02, samples });

describe('decideReplacement', () => {
  it.each([
    ['replaces when nothing is served', measured(0.1), undefined, false, true],
    ['replaces when the candidate is better', measured(0.3), measured(0.2), false, true],
    ['replaces when the candidate is worse within the error', measured(0.2), measured(0.22), false, true],
    ['keeps the serving version when the candidate is significantly worse', measured(0.2), measured(0.3), false, false],
    ['replaces by a worse candidate when forced', measured(0.2), measured(0.3), true, true],
    ['replaces when there are too few samples to compare', measured(0.1, 5), measured(0.5, 5), false, true],
  ])('%s', (_, candidate, serving, force, replaced) => {
    expect(decideReplacement(candidate, serving, { metric: 'NDCG@10', force })).toMatchObject({
      replaced,
      reason: expect.stringMatching(/\w/),
    });
  });
});
