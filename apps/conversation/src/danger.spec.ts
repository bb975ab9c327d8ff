import { dangerIn } from './danger.js';

describe('dangerIn', () => {
  it.each([
    "I think I've been scammed, I just transferred 2000 pounds",
    'someone is using my card',
    'Somebody else took my money!',
    'my account was hacked',
    'I want to report fraud',
    'there is an unauthorised payment',
    'they tricked me into giving them a code',
  ])('finds fraud in %j', (text) => expect(dangerIn(text)?.subject).toContain('Fraud'));

  it.each(['he is threatening me', 'I want to kill myself'])('finds distress in %j', (text) =>
    expect(dangerIn(text)).toEqual({}),
  );

  it.each([
    'How do I change my PIN?',
    'my card was swallowed',
    'can I use my card abroad?',
    'I used my card in a shop',
  ])('finds no danger in %j', (text) => expect(dangerIn(text)).toBeUndefined());
});
