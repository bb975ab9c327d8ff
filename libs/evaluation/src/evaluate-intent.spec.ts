import { CannedClient } from '../test/canned-clients.js';
import { evaluateIntent } from './evaluate-intent.js';

describe('evaluateIntent', () => {
  it('judges in-scope rows by their most likely intent and out-of-scope rows by their score', async () => {
    const client = new CannedClient((text) => {
      const [best = '', score = '0'] = text.split(' ');
      const outOfScopeScore = Number(score);
      const intent = outOfScopeScore > 0.5 ? 'out_of_scope' : best;
      return {
        result: intent,
        details: {
          intent: {
            intent,
            probability: 0.9,
            top: [{ intent: best, probability: 0.9 }],
            outOfScope: outOfScopeScore > 0.5,
            outOfScopeScore,
          },
        },
      };
    });
    const rows = [
      { text: 'a 0.1', category: 'a' },
      { text: 'a 0.6', category: 'a' },
      { text: 'b 0.2', category: 'a' },
      { text: 'b 0.3', category: 'b' },
      { text: 'b 0.9', category: 'oos' },
      { text: 'a 0.55', category: 'oos' },
    ];
    expect(await evaluateIntent(client, rows, { concurrency: 2 })).toEqual({
      n: 4,
      accuracy: 0.75,
      accuracy_as_answered: 0.5,
      oos: { n: 2, auroc: 7 / 8, recall_at_5_percent_false_alarms: 0.5 },
    });
    expect((await evaluateIntent(client, rows.slice(0, 2), { concurrency: 2 })).oos).toEqual({
      n: 0,
      auroc: null,
      recall_at_5_percent_false_alarms: null,
    });
  });
});
