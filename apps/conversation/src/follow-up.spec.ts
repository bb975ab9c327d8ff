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
  ])('is true for %j', (text) => expect(refersBack(text)).toBe(true));

  it.each([
    'How do I change my PIN?',
    'I lost my card',
    'my phone was stolen, what should I do?',
    'exchange rate',
    'I do not recognise a payment on my card that was taken yesterday',
    'is there a limit for cash withdrawals in Europe?',
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
    ['the second one', 'delivery'],
    ['2', 'delivery'],
    ['the first', 'arrival'],
    ['yes', 'arrival'],
    ['how long delivery takes', 'delivery'],
    ['it has not arrived', 'arrival'],
  ])('takes %j as a choice of what was offered', (text, document) => {
    expect(resolve(text, [turn('card delivery', { choices })])).toEqual({
      question: choices.find((choice) => choice.document === document)!.title,
      followUp: 'possible',
    });
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
