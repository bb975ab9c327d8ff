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
    'somebody just took 450 quid out of my account and it wasnt me',
    '300 euros gone from my savings this morning',
    'there are two payments to a casino, that was not me',
    'my account has been emptied overnight',
    'got an email from you asking to confirm my password, is it real?',
    'a man from your bank called me and wants my code, is he really from you?',
    'I got a text with a link about a parcel fee. Is this legit?',
    'who has been spending all of my money',
    'someone cloned my card',
    'i gave my pin to someone on the phone',
    'I told a man on the phone my card number',
    'I clicked a link in a text and entered my card number',
    'the caller knew my name and asked for my one time passcode',
    'an unknown person logged into my account',
    'somebody opened an account in my name',
    'the seller was fake and has my money',
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
    'my top up failed but the money is gone',
    'they took the fee twice from my account',
    'Is it real-time?',
    'can I get an email when my salary arrives?',
    'is it safe to leave the card in the app?',
    'he needs more time to use my voucher',
    'this is not my first card',
    'he took my order and never delivered',
    'I got a text with a code, where do I type it?',
    'I gave them my address',
    'can you send me my PIN in a letter?',
    'the app asks for my passcode every time',
    'what is missing from the form?',
  ])('finds no danger in %j', (text) => expect(dangerIn(text)).toBeUndefined());
});
