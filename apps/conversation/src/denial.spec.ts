import { readDenial } from './denial.js';

describe('readDenial', () => {
  it.each([
    ['I do not want to close my account, I want to change my address', 'I want to change my address'],
    ["I don't need a new card but my PIN is blocked", 'my PIN is blocked'],
    ["I don't want to change my PIN, I want to see it", 'I want to see my PIN'],
    ["my card was not stolen, it's just broken", "my card's just broken"],
    ['I do not need to transfer anymore and I want to cancel it.', 'I want to cancel it.'],
    [
      'The machine was broken. I do not want to be charged, can you check it?',
      'The machine was broken. can you check it?',
    ],
    ['not cancel, just move my appointment to next week', 'just move my appointment to next week'],
    ['Not cancel my booking - I want to change the date', 'I want to change the date'],
    ['I want to move my lesson, not cancel it!', 'I want to move my lesson!'],
    ["I'd like to change my order, not cancel", "I'd like to change my order"],
    ["I don't want to cancel my care plan, only switch to the cheaper one", 'only switch to the cheaper care plan'],
    ["I don't want to send a reading, the meter is a smart one", 'the meter is a smart one'],
    ["I don't want to cancel the course, I want another one", 'I want another course'],
    ["don't cancel my transfer, just tell me when it arrives", 'just tell me when my transfer arrives'],
    ['Please do not close my account, I want to change my address', 'I want to change my address'],
    ["I haven't lost my card, it was damaged by the machine", 'my card was damaged by the machine'],
  ])('reads %j as what is wanted', (text, wanted) => expect(readDenial(text)).toEqual({ text: wanted, isAll: false }));

  it.each([
    'I do not want to close my account',
    'no, I do not want to cancel my order!',
    'please do not block my card',
    "don't cancel it!",
    "I haven't lost my card",
    'my card was not stolen.',
    'no I did not forget my passcode',
    "My account isn't blocked",
  ])('knows that %j asks nothing', (text) => expect(readDenial(text)).toEqual({ text, isAll: true }));

  it.each([
    'I do not want to pay fees',
    'why can I not cancel?',
    "Don't cancelled orders get refunded?",
    'do not change how I pay, or is that needed?',
    'do not order yet?',
    'the shop was not open, just closed for lunch',
    'the button does not open the page, not even in the app',
    'I can sign in, not order',
    'not changed yet, only promised',
    "I don't want to wait. ok?",
    'I do not want paper statements any more',
    "I don't want to be charged for this",
    'my card was not delivered',
    'I have not received my card',
    'I did not make this payment',
    'was my card not cancelled?',
    "my card isn't blocked, is it?",
    'I never got a PIN',
    'my payment was not accepted',
    'My card payment was not declined',
    'I did not cancel my top-up',
  ])('leaves %j as it is', (text) => expect(readDenial(text)).toEqual({ text, isAll: false }));
});
