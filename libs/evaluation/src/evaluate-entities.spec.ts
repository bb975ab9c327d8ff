import { BatchClient } from '../test/canned-clients.js';
import { evaluateEntities, parseConll } from './evaluate-entities.js';

const entity = (start: number, end: number, type: string) => ({ start, end, type, text: '', confidence: 1 });

describe('evaluateEntities', () => {
  it('reads CoNLL columns and counts an entity with a wrong end as one missed and one false', async () => {
    const sentences = parseConll('Ada B-PER\nLovelace I-PER\nmet O\nAcme B-ORG\n\nen:Rome B-LOC\n', 'x.conll');
    expect(sentences).toEqual([
      {
        text: 'Ada Lovelace met Acme',
        entities: [
          { start: 0, end: 12, type: 'person' },
          { start: 17, end: 21, type: 'organisation' },
        ],
      },
      { text: 'Rome', entities: [{ start: 0, end: 4, type: 'place' }] },
    ]);
    const client = new BatchClient(() => ({
      analyses: [
        {
          entities: [entity(0, 3, 'person'), entity(17, 21, 'organisation'), entity(4, 9, 'money')],
        },
        {},
      ],
    }));
    const report = await evaluateEntities(client, sentences, { concurrency: 1 });
    expect(report).toMatchObject({ n: 3, precision: 1 / 2, recall: 1 / 3 });
    expect(report.by_type['organisation']).toMatchObject({ precision: 1, recall: 1, f1: 1, n: 1 });
  });

  it('reports a file without sentences', () => {
    expect(() => parseConll('', 'x.conll')).toThrow('x.conll has no sentences');
  });
});
