import { handOver, record } from '@llmos/contracts/capabilities/conversation';
import { runStep } from '@llmos/testing';
import { openConversation } from '../test/fixtures/open-conversation.js';

describe('A hand-over', () => {
  let { published, steps, keep } = {} as Awaited<ReturnType<typeof openConversation>>;
  beforeEach(async () => ({ published, steps, keep } = await openConversation()));

  it('hands over the conversation with its questions and citations', async () => {
    await keep('How much is a transfer?', 'It is free.');
    const input = { conversation: 'c1', user: 'u1', text: 'Can I talk to a human?', language: 'en', urgent: true };
    const { output } = await runStep(handOver, (each, context) => steps.handOver(each, context), input);
    expect(output.handover).toEqual({
      conversation: 'c1',
      user: 'u1',
      summary: 'How much is a transfer? · Can I talk to a human?',
      intent: 'transfer_fee',
      transcript: [
        { customer: 'How much is a transfer?', answer: 'It is free.' },
        { customer: 'Can I talk to a human?' },
      ],
      citations: [],
      language: 'en',
      urgent: true,
    });
    expect(published).toEqual([output.handover]);
  });

  it('hands over no card number, PIN or password, and all that helps to call back', async () => {
    const said = 'My card 4929 1234 5678 9012 was charged twice, my PIN is 4711, call me on +44 20 7946 0958';
    await keep(said, 'I am sorry.');
    const input = { conversation: 'c1', text: 'person, card 4929 1234 5678 9012', language: 'en', urgent: false };
    const { output } = await runStep(handOver, (each, context) => steps.handOver(each, context), input);
    const { summary, transcript } = output.handover;
    const all = JSON.stringify([summary, transcript]);
    expect(all).not.toMatch(/4929|9012|4711/);
    expect(all).toContain('[CARD]');
    expect(all).toContain('+44 20 7946 0958');
  });

  it('sums up each question once, a follow-up by its own words, the newest where all are too long', async () => {
    const ask = (text: string, question = text) =>
      runStep(record, (each, context) => steps.record(each, context), {
        conversation: 'c1',
        text,
        question,
        answer: '-',
      });
    const summaryOf = async (text: string, urgent = false) =>
      (
        await runStep(handOver, (each, context) => steps.handOver(each, context), {
          conversation: 'c1',
          text,
          language: 'en',
          urgent,
        })
      ).output.handover.summary;
    await ask('How much is a transfer?');
    await ask('and to the US?', 'How much is a transfer?\nto the US?');
    expect(await summaryOf('person')).toBe('How much is a transfer? · to the US?');
    expect(await summaryOf('Someone uses my card, get me a person', true)).toBe(
      'How much is a transfer? · to the US? · Someone uses my card, get me a person',
    );
    for (let i = 0; i < 9; i++) await ask(`Question ${i} ${'long '.repeat(20)}?`);
    const summary = await summaryOf('person');
    expect(summary).toMatch(/^Question \d .*Question 8 (?:long )+\?$/u);
    expect(summary.length).toBeLessThanOrEqual(500);
  });
});
