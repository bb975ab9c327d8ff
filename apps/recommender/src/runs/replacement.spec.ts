import { train, type RankingFigures } from '@llmos/contracts/capabilities/recommender';
import { decideReplacement } from './replacement.js';

const figures = (ndcg10: number, users = 1_000): RankingFigures => ({
  ...train.output.parse(train.example.output).figures,
  users,
  ndcg10,
  ci95: { ndcg10: [ndcg10 - 0.02, ndcg10 + 0.02] },
});

describe('decideReplacement', () => {
  it.each([
    ['nothing is served', figures(0.1), undefined, false, true],
    ['it is better', figures(0.3), figures(0.2), false, true],
    ['it is a little worse, within the error', figures(0.2), figures(0.22), false, true],
    ['it is significantly worse', figures(0.2), figures(0.3), false, false],
    ['it is worse and somebody insists', figures(0.2), figures(0.3), true, true],
    ['too few can be measured', figures(0.1, 5), figures(0.5, 5), false, true],
  ])('when %s', (_, candidate, serving, force, replaced) => {
    expect(decideReplacement(candidate, serving, force)).toMatchObject({
      replaced,
      reason: expect.stringMatching(/\w/),
    });
  });
});
