import { languageAskedIn, languageOf } from './language.js';

describe('languageOf', () => {
  it.each([
    'App update sucks',
    'PIN',
    'card stolen!!',
    'refund',
    'pls help',
    'send 100 dollars',
    'money gone',
    'i lost my crad what do i do',
    'hi, whats the exchange rate 4 euros',
    '42',
    'Wifi password?',
    'Dove soap ordered',
    'IST to LHR flights',
    'Mag wheels in stock?',
    'Mag stripe card not working',
    'Comment after my transfer la',
    'quanto plan price',
    'I cani pizza',
    'Hay bales delivery',
    'Wo is me',
    'Zara gift card',
    'EST time zone?',
    'was charged twice',
    '',
  ])('takes %j as English', (text) => expect(languageOf([text])).resolves.toBe('en'));

  it.each([
    ['Meine Karte wurde gestohlen', 'de'],
    ['Sind Hunde erlaubt?', 'de'],
    ['Ist das kostenlos?', 'de'],
    ['Was kostet das?', 'de'],
    ['Puis-je annuler ?', 'fr'],
    ['Combien ?', 'fr'],
    ['Comment changer mon code PIN ?', 'fr'],
    ['¿Hay wifi?', 'es'],
    ['Puedo cancelar?', 'es'],
    ['Cuánto cuesta?', 'es'],
    ['Quanto costa?', 'it'],
    ['Posso cancellare?', 'it'],
    ['I cani sono ammessi?', 'it'],
    ['Quanto custa?', 'pt'],
    ['Posso cancelar?', 'pt'],
    ['Tem wifi?', 'pt'],
    ['Hoeveel kost parkeren?', 'nl'],
    ["J'ai perdu ma carte bancaire", 'fr'],
    ['He perdido mi tarjeta', 'es'],
    ['Ho perso la mia carta', 'it'],
    ['Perdi o meu cartão', 'pt'],
    ['Ik ben mijn kaart kwijt', 'nl'],
    ['我的卡被偷了', 'zh'],
    ['Я потерял карту', 'und'],
    ['カードをなくしました', 'und'],
  ])('knows the language of %j', (text, language) => expect(languageOf([text])).resolves.toBe(language));

  it('looks at the whole conversation', async () => {
    expect(await languageOf(['Wie ändere ich meine Adresse?', 'PIN'])).toBe('de');
    expect(await languageOf(['How do I change my address?', 'Hola'])).toBe('en');
  });
});

describe('languageAskedIn', () => {
  it.each([
    ['Do you speak Spanish?', 'es'],
    ['can you answer in german please', 'de'],
    ['Hi, do you understand any Dutch?', 'nl'],
    ['¿Habla español?', 'es'],
    ['¿Hablan ustedes español?', 'es'],
    ['parlez-vous français ?', 'fr'],
    ['Sprechen Sie Deutsch?', 'de'],
    ['Parla italiano?', 'it'],
    ['Você fala português?', 'pt'],
    ['Spreekt u Nederlands?', 'nl'],
    ['你会说中文吗？', 'zh'],
    ['Do you speak Chinese or Mandarin', 'zh'],
  ])('finds the language that %j asks for', (text, language) => expect(languageAskedIn(text)).toBe(language));

  it.each([
    'Do you have German accounts?',
    'Can I pay in Spanish shops?',
    'Do you speak English?',
    'I speak French',
    'Do you speak German, and how do I change the PIN of my card?',
  ])('finds none in %j', (text) => expect(languageAskedIn(text)).toBeUndefined());
});
