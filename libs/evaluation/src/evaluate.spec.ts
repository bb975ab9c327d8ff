import { ClientError, GatewayClient, type Reply, type RunInput } from '@llmos/client';
import { mapConcurrently } from './concurrency.js';
import { evaluateAnswers, judgeAnswer, parseQuestions } from './evaluate-answers.js';
import { evaluateEntities, parseConll } from './evaluate-entities.js';
import { evaluateIntent } from './evaluate-intent.js';
import { evaluateClasses, evaluateSentiment } from './evaluate-labels.js';
import { evaluatePii, evaluateScreening, parsePii, parseScreening } from './evaluate-security.js';
import { parseArticle } from './help-centre.js';

/** Returns prepared answers without a network. */
class CannedClient extends GatewayClient {
  constructor(private readonly answer: (text: string) => Pick<Reply, 'result' | 'details'>) {
    super('http://127.0.0.1:1');
  }
  override async process(_pipeline: string, { text }: RunInput): Promise<Reply> {
    return { status: 'success', run_id: 'r1', body: {}, ...this.answer(String(text)) };
  }
}

const articles = new Map(
  ['card-arrival', 'change-pin'].map((id) => [
    id,
    {
      id,
      title: id,
      intents: [id.replace('-', '_')],
      text: `The ${id.replace('-', ' ')} article says 5 working days.`,
    },
  ]),
);

/** Returns prepared details for a batch of texts. */
class BatchClient extends GatewayClient {
  constructor(private readonly details: (texts: readonly string[], input: RunInput) => Record<string, unknown>) {
    super('http://127.0.0.1:1');
  }
  override process(_pipeline: string, input: RunInput): Promise<Reply> {
    const texts = (input['texts'] ?? [input['text']]) as string[];
    return Promise.resolve({
      status: 'success',
      run_id: 'r1',
      result: '',
      body: {},
      details: this.details(texts, input),
    });
  }
}

const WHOLE = { start: 0, end: 1 };
const entity = (start: number, end: number, type: string) => ({ start, end, type, text: '', confidence: 1 });
const finding = (start: number, end: number) => ({ start, end, type: 'email', confidence: 1, token: '[EMAIL_1]' });

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

describe('evaluateAnswers', () => {
  it('compares the found articles, the citations and the text of the answer with the articles', async () => {
    const client = new CannedClient((text) => {
      if (text === 'nothing')
        return {
          result: 'I found nothing.',
          details: { grounding: 'none', citations: [], retrieved: [{ document: 'change-pin' }] },
        };
      if (text === 'either')
        return {
          result: 'Which of them?',
          details: { grounding: 'none', choices: [{ document: 'change-pin', title: 'PIN' }], citations: [] },
        };
      const result = text === 'wrong' ? 'It takes 9 days.' : 'It takes 5 working days.';
      return {
        result,
        details: {
          grounding: 'generated',
          citations: [{ document: 'card-arrival', title: 'x' }],
          retrieved: [{ document: 'change-pin' }, { document: 'card-arrival' }],
          degraded: ['answer'],
        },
      };
    });
    const questions = parseQuestions(
      [
        '{"question":"right","article":"card-arrival"}',
        '{"question":"wrong","intent":"change_pin"}',
        '',
        '{"question":"nothing","article":"card-arrival"}',
        '{"question":"either","articles":["card-arrival","change-pin"]}',
        '{"question":"nothing","articles":[]}',
        '{"question":"right","articles":[]}\n',
      ].join('\n'),
      'q.jsonl',
    );
    const report = await evaluateAnswers(client, questions, articles, { concurrency: 3 });
    expect(report).toEqual({
      n: 6,
      right: 1 / 4,
      partly: 0,
      other: 1 / 4,
      refused: 1 / 4,
      asked: 1 / 4,
      strangers_answered: 1 / 2,
      hit1: 1 / 4,
      hit3: 2 / 4,
      answered: 2 / 4,
      cited_right: 0.5,
      unsupported: 0.5,
      degraded: 3 / 6,
    });
  });

  it('judges the answer to the last message of a conversation', async () => {
    const conversations: unknown[] = [];
    class Conversation extends GatewayClient {
      override process(_pipeline: string, { text, conversation_id }: RunInput): Promise<Reply> {
        conversations.push(conversation_id);
        const document = text === 'and how long?' ? 'card-arrival' : 'change-pin';
        const details = { grounding: 'extracted', citations: [{ document, title: 'x' }], conversation_id: 'c1' };
        return Promise.resolve({ status: 'success', run_id: 'r1', body: {}, result: 'It takes 5 days.', details });
      }
    }
    const questions = parseQuestions('{"turns":["order a card","and how long?"],"article":"card-arrival"}', 'q.jsonl');
    const report = await evaluateAnswers(new Conversation('http://127.0.0.1:1'), questions, articles, {
      concurrency: 1,
    });
    expect(report).toMatchObject({ n: 1, right: 1 });
    expect(conversations).toEqual([undefined, 'c1']);
  });

  it('counts a message that is refused as an attack as not answered, and ends at any other failure', async () => {
    const failing = (code: string) =>
      new CannedClient(() => {
        throw new ClientError(code, 'no');
      });
    const questions = parseQuestions('{"question":"right","article":"card-arrival"}', 'q.jsonl');
    const asking = async (code: string) => evaluateAnswers(failing(code), questions, articles, { concurrency: 1 });
    expect(await asking('CONTENT_REFUSED')).toMatchObject({ n: 1, refused: 1 });
    await expect(asking('UNAVAILABLE')).rejects.toThrow('no');
  });

  it('calls a message with two questions partly right if only one of them is answered', async () => {
    const client = new CannedClient((text) => ({
      result: 'It takes 5 working days.',
      details: {
        grounding: 'extracted',
        citations: text.split(' ').map((document) => ({ document, title: 'x' })),
      },
    }));
    const each = '"each":[["card-arrival"],["change-pin"],[]]';
    const questions = parseQuestions(
      `{"question":"card-arrival change-pin",${each}}\n{"question":"change-pin",${each}}`,
      'q.jsonl',
    );
    const report = await evaluateAnswers(client, questions, articles, { concurrency: 1 });
    expect(report).toMatchObject({ n: 2, right: 0.5, partly: 0.5, other: 0 });
  });

  it('uses the order of the citations when the reply has no list of found passages', () => {
    const reply = {
      result: 'It takes 5 working days.',
      details: { grounding: 'generated', citations: [{ document: 'change-pin', title: 'x' }] },
    };
    expect(judgeAnswer(reply, [new Set(['change-pin'])], articles)).toMatchObject({ rank: 0, citedRight: true });
  });

  it('does not count a notice as a statement without support', () => {
    const notice = 'Call 999 at once.';
    const details = { grounding: 'extracted', citations: [{ document: 'change-pin', title: 'x' }], notice };
    const reply = { result: `It takes 5 working days. ${notice}`, details };
    expect(judgeAnswer(reply, [new Set(['change-pin'])], articles).unsupported).toBe(false);
    expect(
      judgeAnswer({ ...reply, details: { ...details, notice: undefined } }, [new Set(['change-pin'])], articles),
    ).toMatchObject({ unsupported: true });
  });

  it('does not count as a statement that nothing was found about one of two questions', () => {
    const reply = {
      result: 'I could not find anything about “giraffes (9 of them)” in our help centre. It takes 5 working days.',
      details: { grounding: 'extracted', citations: [{ document: 'change-pin', title: 'x' }] },
    };
    expect(judgeAnswer(reply, [new Set(['change-pin'])], articles).unsupported).toBe(false);
  });

  it('names the line of an invalid question', () => {
    expect(() => parseQuestions('{"question":"a","article":"b"}\n{"question":"a"}', 'q.jsonl')).toThrow(
      /q.jsonl:2: give `article`, `articles`, `each` or `intent`/,
    );
    expect(() => parseQuestions('nonsense', 'q.jsonl')).toThrow(/q.jsonl:1/);
  });
});

describe('parseArticle', () => {
  it('reads the front matter and skips a text without one', () => {
    expect(parseArticle('---\nid: a\ntitle: A\nintents: [x, y]\n---\nText.\n')).toEqual({
      id: 'a',
      title: 'A',
      intents: ['x', 'y'],
      text: 'Text.\n',
    });
    expect(parseArticle('# Only a text')).toBeUndefined();
  });
});

describe('mapConcurrently', () => {
  it('works on at most `limit` items and keeps their order', async () => {
    let running = 0;
    let most = 0;
    const results = await mapConcurrently([5, 1, 3, 2, 4], 2, async (item) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return item * 10;
    });
    expect(results).toEqual([50, 10, 30, 20, 40]);
    expect(most).toBe(2);
  });

  it('stops at the first failure', async () => {
    const seen: number[] = [];
    const work = async (item: number) => {
      seen.push(item);
      await Promise.resolve();
      if (item === 2) throw new Error('no');
    };
    await expect(mapConcurrently([1, 2, 3, 4, 5, 6, 7, 8], 1, work)).rejects.toThrow('no');
    expect(seen).toEqual([1, 2]);
  });
});
