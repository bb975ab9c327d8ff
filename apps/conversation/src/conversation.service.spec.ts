import { record, understand } from '@llmos/contracts/capabilities/conversation';
import { runStep } from '@llmos/testing';
import { openConversation } from '../test/fixtures/open-conversation.js';

describe('The conversation service', () => {
  let { turns, steps, say, keep } = {} as Awaited<ReturnType<typeof openConversation>>;
  beforeEach(async () => ({ turns, steps, say, keep } = await openConversation()));

  it("returns the output of its contract's example, and streams the reply", async () => {
    const { input, output } = understand.example;
    const ran = await runStep(understand, (each, context) => steps.understand(each, context), input);
    expect(ran).toEqual({ output, deltas: [{ sentence: output.reply }] });
  });

  it('begins a conversation with the id of the run', async () => {
    const { conversation } = await say('hello');
    expect(conversation).toMatch(/^[A-Za-z0-9_-]+$/);
    expect((await say('hello', '')).conversation).toBe(conversation);
    expect(await say('hello', 'order 7 / ümlaut')).toMatchObject({ conversation: 'order 7 / ümlaut' });
  });

  it('passes a question on', async () => {
    expect(await say('hello, my card was stolen')).toMatchObject({
      topic: 'question',
      question: 'hello, my card was stolen',
      followUp: 'possible',
      language: 'en',
    });
  });

  it.each([
    ['I do *not* want to close my account, I just want to change my address', 'I just want to change my address'],
    ['I do **not** want to close my account, I _just_ want to change my address', 'I just want to change my address'],
    ['what is 5 * 3 * 2 and my_user_name?', 'what is 5 * 3 * 2 and my_user_name?'],
  ])('reads %j without the marks of emphasis', async (text, question) =>
    expect(await say(text)).toMatchObject({ question }),
  );

  it('offers a person to whoever answers "no" to an answer, and does not search for "no"', async () => {
    await keep('How much is a transfer?', 'It is free.');
    expect(await say('no', 'c1')).toMatchObject({ topic: 'unhelped', offered: true, questions: [] });
    expect(await say('no, to the US', 'c1')).toMatchObject({ topic: 'question' });
  });

  it('gives a follow-up what was asked before in its conversation, and only there', async () => {
    expect(await keep('How much is a transfer?', 'It is free.')).toEqual({ kept: true, degraded: false });
    expect(await say('and to the US?', 'c1')).toMatchObject({
      question: 'to the US?',
      context: 'How much is a transfer?',
      followUp: 'certain',
    });
    expect(await say('and to the US?', 'c2')).not.toHaveProperty('context');
    expect(await say('and to the US?')).not.toHaveProperty('context');
  });

  it('finds the questions of a message, each of which stands alone', async () => {
    expect(await say('How long does a transfer take and what is the fee for it?')).toMatchObject({
      questions: ['How long does a transfer take', 'How long does a transfer take\nwhat is the fee for it?'],
      urgent: false,
    });
    expect(await say('I do not want to close my account, I want to change my address')).toMatchObject({
      questions: ['I want to change my address'],
    });
  });

  it('says where a single question may be two, if it is no follow-up', async () => {
    const text = 'want to shut my account and order a card for my son';
    const cuts = [['want to shut my account', 'order a card for my son']];
    expect(await say(text)).toMatchObject({ questions: [text], cuts });
    expect(await say('How do I change my PIN?')).not.toHaveProperty('cuts');
    await keep('How much is a transfer?', 'It is free.');
    expect(await say('and to the US and back to the UK?', 'c1')).not.toHaveProperty('cuts');
  });

  it('is sorry for a loss, and offers a person', async () => {
    expect(await say('My mother died, what happens to her account?')).toMatchObject({
      topic: 'question',
      urgent: false,
      notice: expect.stringContaining('sorry for your loss') as string,
    });
  });

  it('puts danger first, and offers a person', async () => {
    const understood = await say("I think I've been scammed. How long does a transfer take?");
    expect(understood).toMatchObject({ urgent: true, notice: expect.stringContaining('talk to a person') as string });
    expect(understood.questions[0]).toContain('Fraud');
    expect(understood.ownWords).toBe("I think I've been scammed. How long does a transfer take?");
    expect(await say('My card was stolen.')).not.toHaveProperty('ownWords');
    const told = await say("I think I've been scammed. I just transferred 2000 pounds.");
    expect(told.questions).toEqual([expect.stringMatching(/2000 pounds.*Fraud/)]);
  });

  it('passes somebody who may come to harm on to a person, in their language', async () => {
    const told = await say('I want to end my life');
    expect(told).toMatchObject({ topic: 'distress', handover: true, urgent: true, questions: [], language: 'en' });
    expect(told.reply).toContain('emergency number');
    expect(await say('Ich will nicht mehr leben')).toMatchObject({ topic: 'distress', handover: true, language: 'de' });
  });

  it('tells who was robbed where help is, also in a language whose questions it does not answer', async () => {
    const told = await say('Mir wurde gestern meine Karte gestohlen');
    expect(told).toMatchObject({ topic: 'language', language: 'de', urgent: true });
    expect(told.reply).toMatch(/Englisch.*sofort Hilfe/);
  });

  it('does not answer what is denied', async () => {
    expect(await say('I do not want to close my account')).toMatchObject({ topic: 'denied', questions: [] });
    expect(await say("My card was not stolen, it's just broken")).toMatchObject({
      questions: ["My card's just broken"],
      urgent: false,
    });
  });

  it('repeats what it said last', async () => {
    expect((await say('can you repeat that?', 'c1')).reply).toContain('not said anything');
    await keep('How much is a transfer?', 'It is free.');
    expect((await say('can you repeat that?', 'c1')).reply).toBe('It is free.');
  });

  it('says that a person takes over, in the language of the customer', async () => {
    expect(await say('Quiero hablar con una persona')).toMatchObject({
      topic: 'person',
      handover: true,
      language: 'es',
    });
    expect(await say('Can I talk to a human?')).toMatchObject({ topic: 'person', handover: true, language: 'en' });
    expect(await say("I'm being scammed right now, let me talk to somebody")).toMatchObject({
      handover: true,
      urgent: true,
      questions: [expect.stringContaining('Fraud')],
      notice: expect.stringContaining('passing this conversation on') as string,
    });
    expect(await say('Can I talk to a human?')).toMatchObject({ urgent: false });
  });

  it('answers what tells of danger first, and the other question after it', async () => {
    expect(await say('How do I top up? My card was stolen. And what does a transfer cost?')).toMatchObject({
      questions: ['My card was stolen.', 'How do I top up?', 'And what does a transfer cost?'],
      urgent: true,
    });
  });

  it('offers a person after two questions in a row without an answer, and takes yes for a wish for one', async () => {
    const miss = (text: string, more = {}) =>
      runStep(record, (input, context) => steps.record(input, context), {
        conversation: 'c9',
        text,
        question: text,
        answer: 'I could not find it.',
        ...more,
      });
    expect(await say('Do you sell gold?', 'c9')).not.toHaveProperty('offer');
    await miss('Do you sell gold?');
    expect((await say('How can I purchase gold bars here?', 'c9')).offer).toContain('talk to a person');
    await runStep(record, (input, context) => steps.record(input, context), {
      conversation: 'c9',
      text: 'thanks',
      answer: 'You are welcome.',
    });
    expect(await say('How can I purchase gold bars here?', 'c9')).toHaveProperty('offer');
    expect(await say('yes', 'c9')).not.toMatchObject({ topic: 'person' });
    await miss('How can I purchase gold bars here?', { offered: true });
    expect(await say('Yes please!', 'c9')).toMatchObject({ topic: 'person', handover: true });
    await miss('How do I change my PIN?', { citations: [{ document: 'd', title: 'D', passage: 'd#0', score: 1 }] });
    expect(await say('Do you sell gold?', 'c9')).not.toHaveProperty('offer');
  });

  it('offers a person to a customer whom the answer did not help, instead of giving it again', async () => {
    expect(await say('why?', 'c1')).toMatchObject({ topic: 'question' });
    await keep('How much is a transfer?', 'It is free.');
    for (const text of ['why?', 'That does not help.']) {
      const told = await say(text, 'c1');
      expect(told).toMatchObject({ topic: 'unhelped', questions: [], offered: true, handover: false });
      expect(told.reply).toContain('talk to a person');
    }
    await runStep(record, (input, context) => steps.record(input, context), {
      conversation: 'c1',
      text: 'why?',
      answer: 'Would you like to talk to a person?',
      offered: true,
    });
    expect(await say('yes', 'c1')).toMatchObject({ topic: 'person', handover: true });
  });

  it('tells one user nothing of the conversation of another, whose id it was given', async () => {
    const ask = {
      conversation: 'c1',
      user: 'u1',
      text: 'How much is a transfer?',
      question: 'How much is a transfer?',
    };
    await runStep(record, (each, context) => steps.record(each, context), { ...ask, answer: 'It is free.' });
    const again = async (user?: string) =>
      (
        await runStep(understand, (each, context) => steps.understand(each, context), {
          text: 'say that again',
          conversation: 'c1',
          ...(user === undefined ? {} : { user }),
        })
      ).output;
    const other = await again('u2');
    expect(other.reply).not.toBe('It is free.');
    expect(other.conversation).not.toBe('c1');
    expect(await again('u1')).toMatchObject({ reply: 'It is free.', conversation: 'c1' });
    // A page that names its user with the first message only.
    expect(await again()).toMatchObject({ reply: 'It is free.', conversation: 'c1' });
  });

  it('answers a word that several languages have in the language of the conversation', async () => {
    const input = { conversation: 'c1', text: 'Und wie lange dauert das?', answer: 'Leider nur auf Englisch.' };
    await runStep(record, (each, context) => steps.record(each, context), input);
    expect(await say('ok', 'c1')).toMatchObject({ topic: 'thanks', language: 'de' });
    expect(await say('ok', 'c2')).toMatchObject({ topic: 'thanks', language: 'en' });
  });

  it('passes on a question in a language that the documents have, with the question before', async () => {
    const ask = async (text: string, languages = ['en', 'de']) =>
      (
        await runStep(understand, (each, context) => steps.understand(each, context), {
          text,
          conversation: 'c1',
          languages,
        })
      ).output;
    const first = await ask('Wie kann ich meine Adresse ändern?');
    expect(first).toMatchObject({
      topic: 'question',
      language: 'de',
      questions: ['Wie kann ich meine Adresse ändern?'],
    });
    expect(first).not.toHaveProperty('reply');
    expect(first).not.toHaveProperty('context');
    const turn = { conversation: 'c1', text: first.question!, question: first.question!, answer: 'In der App.' };
    await runStep(record, (each, context) => steps.record(each, context), turn);
    expect(await ask('Und was kostet das?')).toMatchObject({
      ...{ questions: ['Und was kostet das?'], context: 'Wie kann ich meine Adresse ändern?', followUp: 'likely' },
    });
    const greeting = await ask('Sprechen Sie Deutsch?');
    expect(greeting).toMatchObject({ topic: 'greeting', language: 'de' });
    expect(greeting.reply).not.toContain('Englisch');
    expect((await say('Guten Tag', 'c3')).reply).toMatch(/helfen\? Fragen beantworte ich auf Englisch\.$/);
    expect(await say('Comment changer mon code PIN ?', 'c2')).toMatchObject({ topic: 'language', language: 'fr' });
    const stolen = await ask('Meine Karte wurde gestohlen, was kann ich tun?');
    expect(stolen).toMatchObject({ topic: 'question', urgent: true, notice: expect.any(String) });
  });

  it('asks for English in the language of the question', async () => {
    const german = await say('Wie kann ich meine Adresse ändern?');
    expect(german).toMatchObject({ topic: 'language', language: 'de', handover: false });
    expect(german.reply).toContain('Englisch');
    expect(await say('I was robbed, do you speak German?')).toMatchObject({ topic: 'question', urgent: true });
    expect(await say('Do you speak German?')).toMatchObject({ topic: 'language', language: 'de', questions: [] });
    expect(await say('Я потерял карту')).toMatchObject({ topic: 'language', language: 'und' });
  });

  it('goes on without memory when the store does not answer', async () => {
    turns.isDown = true;
    expect(await say('and to the US?', 'c1')).toMatchObject({ question: 'and to the US?', degraded: true });
    expect(await keep('How much is a transfer?', 'It is free.')).toEqual({ kept: false, degraded: true });
  });
});
