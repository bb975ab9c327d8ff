import { ClientError, GatewayClient, type Reply, type RunInput } from '@llmos/client';
import { CannedClient } from '../test/canned-clients.js';
import { evaluateAnswers, judgeAnswer, parseQuestions } from './evaluate-answers.js';

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
