import { GatewayClient } from '@llmos/client';
import { evaluateKeyPhrases, parseKeyPhrases } from './evaluate-key-phrases.js';

describe('evaluateKeyPhrases', () => {
  it('compares the distinct stems of the first five and the first ten phrases', async () => {
    const found = ['Credit cards', 'the credit card', 'credit card', 'a', 'b', 'c', 'delivery times', 'd'];
    const client = new GatewayClient('http://127.0.0.1:1');
    const details = {
      analyses: [{ keyPhrases: found.map((text) => ({ text, start: 0, end: 1, confidence: 1 })) }, {}],
    };
    client.process = () => Promise.resolve({ status: 'success', run_id: 'r1', result: '', body: {}, details });
    const rows = parseKeyPhrases(
      [
        { text: 'x', phrases: ['credit card', 'credit  cards', 'delivery time', 'rain'] },
        { text: 'y', phrases: ['sun'] },
      ]
        .map((row) => JSON.stringify(row))
        .join('\n'),
      'x.jsonl',
    );
    const report = await evaluateKeyPhrases(client, rows, { concurrency: 1 });
    expect(report).toEqual({
      n: 2,
      at5: { precision: 1 / 5 / 2, recall: 1 / 3 / 2, f1: 1 / 4 / 2 },
      at10: { precision: 2 / 7 / 2, recall: 2 / 3 / 2, f1: expect.closeTo(0.4 / 2, 9) as number },
    });
  });

  it('names the line of an invalid row', () => {
    expect(() => parseKeyPhrases('{"text":"x","phrases":[]}', 'x.jsonl')).toThrow('x.jsonl:1');
  });
});
