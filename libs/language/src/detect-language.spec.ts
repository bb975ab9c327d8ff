import fc from 'fast-check';
import { detectLanguage } from './detect-language.js';

describe('detectLanguage', () => {
  it.each([
    ['de', 'Guten Tag, wie kann ich Ihnen helfen?'],
    ['de', 'Ihre Karte wurde gesperrt. Eine neue Karte kommt in fünf Tagen.'],
    ['de', 'Wo ist meine Karte?'],
    ['de', 'Super Service, gerne wieder.'],
    ['de', 'Karte ist weg'],
    ['de', 'Paket nicht angekommen'],
    ['fr', 'Bonjour, comment puis-je vous aider ?'],
    ['fr', 'Où est ma carte ?'],
    ['fr', 'mon colis est perdu'],
    ['es', 'Hola, ¿cómo puedo ayudarle con su tarjeta?'],
    ['es', 'mi tarjeta no funciona bien'],
    ['es', 'donde esta mi pedido'],
    ['it', 'Buongiorno, come posso aiutarla con la sua carta?'],
    ['it', 'Il servizio è pessimo'],
    ['pt', 'Olá, como posso ajudar você com o seu cartão?'],
    ['pt', 'Não consigo entrar na minha conta'],
    ['nl', 'Ik heb gebeld'],
    ['nl', 'Goedemiddag, hoe kan ik u helpen met uw pas?'],
    ['pl', 'Dzień dobry, w czym mogę pomóc?'],
    ['tr', 'Kartım neden hâlâ gelmedi acaba?'],
    ['ru', 'Здравствуйте, чем я могу вам помочь?'],
    ['ru', 'Привет'],
    ['ar', 'مرحبا، كيف يمكنني مساعدتك؟'],
    ['el', 'Πού είναι η κάρτα μου;'],
    ['zh', '您好，请问有什么可以帮您？'],
    ['zh', '请帮我 app 登录不了'],
    ['ja', 'こんにちは、ご用件は何でしょうか。'],
    ['ko', '카드를 잃어버렸어요'],
    ['en', 'Where is my card?'],
    ['en', 'Great!'],
  ])('recognises %s: %s', async (code, text) => {
    expect(await detectLanguage(text)).toMatchObject({ code, language: code });
  });

  it.each([
    'PIN',
    'App update sucks',
    'Paypal refund pending',
    'Google Maps',
    'Samsung Galaxy S22',
    'flat tyre',
    'Card blocked.',
    'sooooo goood',
    'Refund pls asap',
    'Truly afwul.',
    'i lost my crad what do i do',
    'Volkswagen owns Audi.',
    'Henrik Sørensen lives at 12 rue de la Paix in Paris.',
    'sim swap fraud',
    'ATM ate card',
    'Paid 20 EUR Lidl',
    "Nando's peri peri",
    'Hotel Adlon Kempinski Berlin',
    'burrito bowl soggy',
    'Verizon sold Yahoo to Apollo.',
    'Lidl sold Adidas shoes in Munich.',
    'Angela Merkel met Emmanuel Macron in Berlin.',
    'Open Cards, tap Freeze, confirm.',
    'Contactless payment limit exceeded',
    '@support https://example.de/karte/ansehen #hilfe',
    'Service 😡',
    '💩',
    '12:30',
    '…',
  ])('takes %j for the language that is expected', async (text) => {
    expect((await detectLanguage(text)).language).toBe('en');
  });

  it('says that a text is too short or too mixed to tell, and counts it as what is expected', async () => {
    expect(await detectLanguage('PIN', 'de')).toEqual({ code: 'und', confidence: 0, language: 'de' });
    expect(await detectLanguage('Schlechter Service', 'de')).toMatchObject({ language: 'de' });
    expect(await detectLanguage('Schlechter Service')).toMatchObject({ code: 'und', language: 'en' });
    expect(await detectLanguage('Netflix Konto', 'fr')).toMatchObject({ code: 'und', language: 'fr' });
    expect(await detectLanguage('Where is my card?', 'de')).toMatchObject({ code: 'en', language: 'en' });
  });

  it('is sure of English beside names', async () => {
    expect((await detectLanguage('Samsung acquired Harman.')).confidence).toBeGreaterThan(0.9);
  });

  it.each(['ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ', '', '  \n', '\u0000'])('expects no language in %j', async (text) => {
    expect(await detectLanguage(text)).toEqual({ code: 'und', confidence: 0, language: 'und' });
  });

  it('returns a verdict for any text, with a confidence between 0 and 1', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) => {
        const { confidence, code } = await detectLanguage(text);
        expect(confidence >= 0 && confidence <= 1).toBe(true);
        expect(code).toMatch(/^[a-z]{2,3}$/);
      }),
    );
  });
});
