import { questionsOf } from './questions.js';

describe('questionsOf', () => {
  it.each([
    ['How do I change my PIN?', ['How do I change my PIN?']],
    [
      'hi how long does a transfer take and whats the fee for it?',
      ['hi how long does a transfer take', 'whats the fee for it?'],
    ],
    ['How do I order a card? And where can I use it?', ['How do I order a card?', 'And where can I use it?']],
    [
      'My card was eaten by a machine. How do I get a new one?',
      ['My card was eaten by a machine. How do I get a new one?'],
    ],
    ['Can I top up by cheque? I only have cheques.', ['Can I top up by cheque? I only have cheques.']],
    ['1) how do I freeze it 2. what does a new one cost', ['how do I freeze it', 'what does a new one cost']],
    ['how do i pay in cash\nhow do i stop a transfer', ['how do i pay in cash', 'how do i stop a transfer']],
    ['what is my limit, can I raise it?', ['what is my limit', 'can I raise it?']],
    [
      'A shop took £3 twice. There is also a payment that I do not know.',
      ['A shop took £3 twice.', 'There is also a payment that I do not know.'],
    ],
    ['Is it free? Also I need a spare card.', ['Is it free?', 'Also I need a spare card.']],
    ['My phone was stolen. And what does a transfer cost?', ['My phone was stolen.', 'And what does a transfer cost?']],
    [
      'My card was stolen and I want to know the exchange rate.',
      ['My card was stolen', 'I want to know the exchange rate.'],
    ],
    ['1. the app does not open 2. two payments are missing', ['the app does not open', 'two payments are missing']],
    ['Hi, (1) my card is late (2) I moved', ['Hi, my card is late', 'I moved']],
    ['I paid 20. It took 3. days', ['I paid 20. It took 3. days']],
    ['the code never came, btw the machine is broken', ['the code never came', 'btw the machine is broken']],
    ['Is it free? Also, what are the hours?', ['Is it free?', 'what are the hours?']],
    ['My refund is short, also stop the letters.', ['My refund is short', 'also stop the letters.']],
    ['I lost my card and my phone', ['I lost my card and my phone']],
    ['Visa and Mastercard', ['Visa and Mastercard']],
    ['Is it free and fast?', ['Is it free and fast?']],
    ['my ex knows my login and is moving money', ['my ex knows my login and is moving money']],
    ['How long does it take and is it free?', ['How long does it take', 'is it free?']],
    ["thanks, you've been great! how do I stop the letters", ['how do I stop the letters']],
    ['Hello! Can you help me? My card is late. Bye', ['My card is late.']],
    ['Ok great. I want to see my PIN. Where is it?', ['I want to see my PIN.', 'Where is it?']],
    ['had a tooth out yesterday, can I go to the gym?', ['had a tooth out yesterday can I go to the gym?']],
    ['am on the bus, can I still check in?', ['am on the bus can I still check in?']],
    ["can't sign in, how do I reset it?", ["can't sign in how do I reset it?"]],
    ['have you got a table, can I book it?', ['have you got a table', 'can I book it?']],
    ["can't I pay later, what does it cost?", ["can't I pay later", 'what does it cost?']],
    ['has the train left, can I get a refund?', ['has the train left', 'can I get a refund?']],
    ['?', ['']],
  ])('finds the questions in %j', (text, questions) => expect(questionsOf(text)).toEqual(questions));
});
