import type { RunInput } from '@llmos/client';
import { BatchClient } from '../test/canned-clients.js';
import { evaluateClasses, evaluateSentiment } from './evaluate-labels.js';

const WHOLE = { start: 0, end: 1 };

describe('evaluateSentiment', () => {
  it('counts neutral as the more likely of two sentiments when the data has no neutral rows', async () => {
    const client = new BatchClient((texts) => ({
      analyses: texts.map((text) => ({
        sentiment: { label: 'neutral', positive: text.startsWith('good') ? 0.6 : 0.4, confidence: 1, ...WHOLE },
      })),
    }));
    const rows = ['good a:1', 'good b:0', 'bad c:0', 'bad d:0'].map((row) => {
      const [text = '', label = ''] = row.split(':');
      return { text, label };
    });
    // Positive: 1 right of 2 found and 1 marked; negative: 2 right of 2 found and 3 marked.
    expect(await evaluateSentiment(client, rows, { concurrency: 1 })).toEqual({
      n: 4,
      accuracy: 0.75,
      f1: (2 / 3 + 4 / 5) / 2,
    });
  });

  it('refuses a label that is no sentiment before it sends a request', async () => {
    const asking = async () =>
      evaluateSentiment(new BatchClient(() => ({})), [{ text: 'a', label: 'praise' }], { concurrency: 1 });
    await expect(asking()).rejects.toThrow("'praise' is no sentiment");
  });
});

describe('evaluateClasses', () => {
  it('sends the labels of the data, or the name of the classifier', async () => {
    const asked: RunInput[] = [];
    const client = new BatchClient((texts, input) => {
      asked.push(input);
      return { results: texts.map((text) => ({ label: text })) };
    });
    const rows = [
      { text: 'a', label: 'a' },
      { text: 'b', label: 'a' },
    ];
    expect(await evaluateClasses(client, rows, undefined, { concurrency: 1 })).toMatchObject({ n: 2, accuracy: 0.5 });
    await evaluateClasses(client, rows, 'tickets', { concurrency: 1 });
    expect(asked).toMatchObject([{ labels: ['a'] }, { classifier: 'tickets' }]);
  });
});
