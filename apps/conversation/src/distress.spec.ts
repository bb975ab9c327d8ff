import { distressIn, isAlarm } from './distress.js';

describe('distressIn', () => {
  it.each([
    ['I want to end my life', 'en'],
    ['i dont want to be here anymore', 'en'],
    ['I can’t go on like this, I have no money for food', 'en'],
    ['everybody would be better off without me', 'en'],
    ['my husband controls all my money', 'en'],
    ["I'm scared of him, he checks every payment", 'en'],
    ["she won't let me have my own money", 'en'],
    ['I want to kill myself', 'en'],
    ['I just want to die', 'en'],
    ['my boyfriend keeps hitting me', 'en'],
    ['he beats me', 'en'],
    ['Ich will mich umbringen', 'de'],
    ['mon mari me frappe', 'fr'],
    ['我老公打我', 'zh'],
    ['Ich will nicht mehr leben', 'de'],
    ['je veux mourir', 'fr'],
    ['no quiero vivir así', 'es'],
    ['voglio morire', 'it'],
    ['quero morrer', 'pt'],
    ['ik wil dood', 'nl'],
    ['我不想活了', 'zh'],
  ])('finds it in %j', (text, language) => expect(distressIn(text)).toBe(language));

  it.each([
    'I do not want to live abroad',
    "I don't want to be here when the card arrives",
    "I can't go on the website",
    'I want to end my contract',
    'my phone died',
    'my wife has a card too',
    'does it hurt my credit score?',
    'the fee is killing me',
    'you keep hitting me with fees',
    'the charge hits me every month',
    'they hit me for 30 pounds',
    'I want to end my life insurance',
    'scammers take my life savings',
    'my battery is going to die',
    'this can’t go on like this',
    'there is no point going on with this claim',
    'Die Gebühren werden mich noch arm machen',
    'ce qui me frappe, ce sont les frais',
    'el banco me maltrata',
    'la banca mi maltratta',
    '请打我电话',
    'I am afraid of losing my card',
    'my partner controls the heating with your app',
  ])('leaves %j', (text) => expect(distressIn(text)).toBeUndefined());
});

describe('isAlarm', () => {
  it.each([
    ['Mir wurde die Karte gestohlen', 'de'],
    ['on a volé ma carte', 'fr'],
    ['me han robado la tarjeta', 'es'],
    ['mi hanno rubato la carta', 'it'],
    ['roubaram o meu cartão', 'pt'],
    ['mijn kaart is gestolen', 'nl'],
    ['我的卡被盗了', 'zh'],
  ] as const)('finds theft in %j', (text, language) => expect(isAlarm(text, language)).toBe(true));
  it('finds none in a question', () => expect(isAlarm('Wie ändere ich meine PIN?', 'de')).toBe(false));
});
