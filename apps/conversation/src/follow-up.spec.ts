import { refersBack, resolve } from './follow-up.js';
import type { Turn } from './ports/turn-store.port.js';

const turn = (question: string, more: Partial<Turn> = {}): Turn => ({
  text: question,
  question,
  answer: 'An answer.',
  citations: [],
  choices: [],
  ...more,
});
const choices = [
  { document: 'arrival', title: 'My new card has not arrived yet' },
  { document: 'delivery', title: 'How long does delivery take?' },
];

describe('refersBack', () => {
  it.each([
    'and to the US?',
    'how long does that take?',
    'why?',
    'is it free?',
    'what about abroad?',
    'how much?',
    'can I cancel it?',
    'what if it is stolen?',
    'and then',
    'tell me more',
    'does this work with Google Pay?',
    'are you sure',
    'from what age?',
    'until when?',
    'for how long',
    'how long does the whole thing take',
  ])('is true for %j', (text) => expect(refersBack(text)).toBe(true));

  it.each([
    'How do I change my PIN?',
    'I lost my card',
    'my phone was stolen, what should I do?',
    'exchange rate',
    'I do not recognise a payment on my card that was taken yesterday',
    'is there a limit for cash withdrawals in Europe?',
    'at what time does the pool open?',
    'no email arrived',
    'from which platform does the train to Leeds leave?',
  ])('is false for %j', (text) => expect(refersBack(text)).toBe(false));
});

describe('resolve', () => {
  const asked = 'How much is a transfer?';

  it('leaves the first message as it is', () => {
    expect(resolve('and to the US?', [])).toEqual({ question: 'and to the US?', followUp: 'possible' });
  });

  it.each([
    ['and to the US?', 'to the US?', 'certain'],
    ['how long does that take?', 'how long does that take?', 'certain'],
    ['I sent it to my sister in Canada yesterday', 'I sent it to my sister in Canada yesterday', 'likely'],
    ['How do I change my PIN?', 'How do I change my PIN?', 'possible'],
  ])('reads %j with the question before', (text, question, followUp) => {
    expect(resolve(text, [turn(asked)])).toEqual({ question, context: asked, followUp });
  });

  it.each([
    ['I meant my passcode', 'my passcode'],
    ['no sorry, I meant a card payment', 'a card payment'],
    ['Not that. I was asking about the virtual card', 'the virtual card'],
    ["I'm talking about cash withdrawals in Europe", 'cash withdrawals in Europe'],
  ])('reads %j as a correction of what was asked', (text, question) => {
    expect(resolve(text, [turn(asked)])).toEqual({ question, context: asked, followUp: 'possible' });
  });

  it.each([
    [
      'what does a service cost for a gas boiler?',
      'no I meant an oil boiler',
      'what does a service cost for an oil boiler?',
    ],
    [
      'How much is the evening yoga class for students',
      'sorry, I mean the morning class',
      'How much is the morning class for students',
    ],
  ])('puts into %j what %j names of the same kind', (before, text, question) => {
    expect(resolve(text, [turn(before)])).toEqual({ question, followUp: 'possible' });
  });

  it('does not correct a question with a word that refers back', () => {
    expect(resolve('I mean, how long does it take?', [turn(asked)]).followUp).toBe('certain');
  });

  it('looks past small talk for what was asked before', () => {
    const thanks = { ...turn('x'), text: 'thanks', question: undefined };
    expect(resolve('is it free?', [turn(asked), thanks])).toMatchObject({ context: asked });
  });

  it('keeps the beginning of what was asked', () => {
    expect(resolve('why?', [turn(`${asked} ${'and '.repeat(500)}`)]).context).toHaveLength(300);
  });

  it.each([
    ['the second one', 'delivery', 'where is my card'],
    ['2', 'delivery', 'where is my card'],
    ['the first', 'arrival', 'where is my card'],
    ['yes', 'arrival', 'where is my card'],
    ['how long delivery takes', 'delivery', 'how long delivery takes'],
    ['it has not arrived', 'arrival', 'it has not arrived'],
  ])('takes %j as a choice of what was offered, and asks it what was asked', (text, document, question) => {
    expect(resolve(text, [turn('where is my card', { choices })])).toEqual({
      question,
      chosen: document,
      followUp: 'possible',
    });
  });

  it('asks a document that was offered beside an answer what it is about', () => {
    const citations = [{ document: 'fees', title: 'Fees' }];
    const before = [turn('what does a card cost', { choices, citations })];
    expect(resolve('the second', before)).toMatchObject({ question: choices[1]!.title, chosen: 'delivery' });
  });

  it.each([
    ['the other one', 'delivery'],
    ['no, the other one please', 'delivery'],
    ['sorry, I meant the second one', 'delivery'],
    ['no the first one', 'arrival'],
  ])('takes %j as another choice after the first was answered', (text, document) => {
    const answered = turn('where is my card', { citations: [choices[0]!] });
    const before = [turn('where is my card', { choices }), answered];
    expect(resolve(text, before)).toMatchObject({ question: 'where is my card', chosen: document });
    expect(resolve(text, [answered])).not.toHaveProperty('chosen');
    expect(resolve(text, [...before, turn('something else')])).not.toHaveProperty('chosen');
  });

  it.each([
    'do you have it in the other colour',
    'the other day I paid twice',
    'the first night was fine',
    'what does the second driver cost',
  ])('does not take %j as another choice', (text) => {
    const before = [turn('where is my card', { choices }), turn('where is my card', { citations: [choices[0]!] })];
    expect(resolve(text, before)).not.toHaveProperty('chosen');
  });

  it.each(['no email arrived', 'No refund came.', 'no parking there'])('keeps the "no" of %j', (text) => {
    expect(resolve(text, [turn(asked)]).question).toBe(text);
  });

  it.each([
    ['no, the savings account', 'the savings account'],
    ['no the savings account', 'the savings account'],
    ['No. What about Sundays?', 'What about Sundays?'],
  ])('drops the "no" that answers in %j', (text, question) => {
    expect(resolve(text, [turn(asked)]).question).toBe(question);
  });

  it.each(['both', 'both please', 'Both of them'])('asks with %j for all that was offered', (text) => {
    expect(resolve(text, [turn('card delivery', { choices })]).question).toBe(
      'My new card has not arrived yet? How long does delivery take?',
    );
  });

  it('does not take another question as a choice', () => {
    const question = 'How do I change my PIN?';
    expect(resolve(question, [turn('card delivery', { choices })])).toMatchObject({ question, followUp: 'possible' });
  });
});
