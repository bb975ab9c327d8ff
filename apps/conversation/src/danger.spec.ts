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
    'can you assist me with the fradulent activity on my card',
    'I see a frudulent charge',
    'report an unauthorzed payment please',
    'i want to report fruad',
    "there's something fishy on my card, report it",
    'I noticed suspicious transactions this morning',
  ])('finds fraud in %j', (text) => expect(dangerIn(text)?.subject).toContain('Fraud'));

  it.each(['my card was taken', 'spirit mastercard card was taken', 'my wallet got nicked on the train'])(
    'finds theft in %j',
    (text) => expect(dangerIn(text)?.subject).toContain('stolen'),
  );
  it('searches with the words of the customer where they say what happened', () =>
    expect(dangerIn('my card was stolen')).toEqual({}));

  it.each(['he is threatening me', 'I want to kill myself'])('finds distress in %j', (text) =>
    expect(dangerIn(text)).toEqual({}),
  );

  it.each([
    'How do I change my PIN?',
    'my card was swallowed',
    'can I use my card abroad?',
    'I used my card in a shop',
    'who is authorised to use the account?',
    'the money was taken twice',
    'my picture was taken for the card',
    'I scanned my passport',
    'my parcel was packed badly',
  ])('finds no danger in %j', (text) => expect(dangerIn(text)).toBeUndefined());
});
