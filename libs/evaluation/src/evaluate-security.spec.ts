import { BatchClient } from '../test/canned-clients.js';
import { evaluatePii, evaluateScreening, parsePii, parseScreening } from './evaluate-security.js';

const finding = (start: number, end: number) => ({ start, end, type: 'email', confidence: 1, token: '[EMAIL_1]' });

describe('evaluateScreening', () => {
  it('counts verdicts at the shipped threshold, and ranks the scores without a threshold', async () => {
    const client = new BatchClient(([text]) => {
      const [score = '0'] = text!.split(' ');
      const verdict = Number(score) >= 0.5 ? 'injection' : Number(score) >= 0.25 ? 'suspicious' : 'benign';
      return { screening: { verdict, score: Number(score) } };
    });
    const rows = parseScreening(
      ['0.9 a', '0.4 b'].map((text) => JSON.stringify({ text, label: 'injection' })).join('\n') +
        '\n' +
        ['0.1 c', '0.6 d'].map((text) => JSON.stringify({ text, label: 'benign' })).join('\n'),
      'x.jsonl',
    );
    expect(await evaluateScreening(client, rows, { concurrency: 2 })).toEqual({
      n: 4,
      recall: 0.5,
      noticed: 1,
      false_alarm_rate: 0.5,
      doubt_rate: 0.5,
      auroc: 0.75,
    });
    expect(() => parseScreening('{"text":"a"}', 'x.jsonl')).toThrow('x.jsonl:1');
  });

  it('has figures for each kind that rows name', async () => {
    const client = new BatchClient(([text]) => ({
      screening: { verdict: text === 'a' ? 'injection' : 'suspicious', score: 0.5 },
    }));
    const rows = ['a', 'b', 'c'].map((text) => ({ text, label: 'injection' as const, kind: text === 'c' ? 'y' : 'x' }));
    expect(await evaluateScreening(client, rows, { concurrency: 1 })).toMatchObject({
      by_kind: { x: { n: 2, refused: 0.5, noticed: 1 }, y: { n: 1, refused: 0, noticed: 1 } },
    });
  });
});

describe('evaluatePii', () => {
  it('matches each marked span with one overlapping finding', async () => {
    const client = new BatchClient(() => ({
      findings: [finding(1, 4), finding(2, 3)],
    }));
    const rows = parsePii(
      JSON.stringify({
        text: 'abcdefgh',
        spans: [
          { start: 0, end: 4, type: 'email' },
          { start: 5, end: 8, type: 'card' },
        ],
      }),
      'x.jsonl',
    );
    const report = await evaluatePii(client, rows, { concurrency: 1 });
    expect(report).toMatchObject({ precision: 1 / 2, recall: 1 / 2, by_type: { card: { recall: 0, n: 1 } } });
    expect(report).not.toHaveProperty('by_kind');
  });

  it('counts, for each kind that rows name, what is found, and the texts with a finding that nothing marks', async () => {
    const client = new BatchClient(() => ({ findings: [finding(1, 4), finding(6, 8)] }));
    const marked = [
      { start: 1, end: 4, type: 'email' },
      { start: 5, end: 8, type: 'card' },
    ];
    const rows = [
      { text: 'abcdefgh', spans: marked, kind: 'mixed' },
      { text: 'abcdefgh', spans: [], kind: 'harmless' },
    ];
    const report = await evaluatePii(client, rows, { concurrency: 1 });
    expect(report.by_kind).toEqual({
      mixed: { texts: 1, n: 2, found: 1, exact: 0.5, false_marks: 0 },
      harmless: { texts: 1, n: 0, found: null, exact: null, false_marks: 1 },
    });
  });
});
