import { GatewayClient } from '@llmos/client';
import { evaluateKeyPhrases, parseKeyPhrases } from './evaluate-key-phrases.js';

describe('evaluateKeyPhrases', () => {
  it('compares stems, each once, of the first five and ten', async () => {
    const said = ['Credit cards', 'the credit card', 'credit card', 'a', 'b', 'c', 'delivery times', 'd'];
    const client = new GatewayClient('http://127.0.0.1:1');
    const details = { analyses: [{ keyPhrases: said.map((text) => ({ text })) }, {}] };
    client.process = () => Promise.resolve({ status: 'success', result: '', body: {}, details });
    const rows = parseKeyPhrases(
      [
        { text: 'x', phrases: ['credit card', 'credit  cards', 'delivery time', 'rain'] },
        { text: 'y', phrases: ['sun'] },
      ]
        .map((row) => JSON.stringify(row))
        .join('\n'),
      'x.jsonl',
    );
    const report = await evaluateKeyPhrases(client, rows, 1, () => undefined);
    expect(report).toEqual({
      n: 2,
      at5: { precision: 1 / 5 / 2, recall: 1 / 3 / 2, f1: 1 / 4 / 2 },
      at10: { precision: 2 / 7 / 2, recall: 2 / 3 / 2, f1: expect.closeTo(0.4 / 2, 9) as number },
    });
  });

  it('says what a line lacks', () => {
    expect(() => parseKeyPhrases('{"text":"x","phrases":[]}', 'x.jsonl')).toThrow('x.jsonl:1');
  });
});
