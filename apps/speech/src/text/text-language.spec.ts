import { languageOf } from './text-language.js';

describe('languageOf', () => {
  it.each([
    ['de', 'Guten Tag, wie kann ich Ihnen helfen?'],
    ['de', 'Ihre Karte wurde gesperrt. Eine neue Karte kommt in fünf Tagen.'],
    ['fr', 'Bonjour, comment puis-je vous aider ?'],
    ['fr', 'Votre carte a été bloquée.'],
    ['es', 'Hola, ¿cómo puedo ayudarle con su tarjeta?'],
    ['it', 'Buongiorno, come posso aiutarla con la sua carta?'],
    ['pt', 'Olá, como posso ajudar você com o seu cartão?'],
    ['nl', 'Goedemiddag, hoe kan ik u helpen met uw pas?'],
    ['pl', 'Dzień dobry, w czym mogę pomóc?'],
    ['ru', 'Здравствуйте, чем я могу вам помочь?'],
    ['ar', 'مرحبا، كيف يمكنني مساعدتك؟'],
    ['zh', '您好，请问有什么可以帮您？'],
    ['ja', 'こんにちは、ご用件は何でしょうか。'],
  ])('recognises %s: %s', async (language, text) => expect(await languageOf(text)).toBe(language));

  it.each([
    'You can change your PIN at any ATM.',
    'Card blocked.',
    'Hello.',
    'Hello, you have reached Quillbank customer service. How can I help you today?',
    'Monday to Friday, 8 am to 8 pm.',
    'Henrik Sørensen lives at 12 rue de la Paix in Paris.',
    'Angela Merkel met Emmanuel Macron in Berlin.',
    'Open Cards, tap Freeze, confirm.',
    'Transfer fee: £5.00',
    'Refund pending',
    '12:30',
    '…',
    'Press 1 now',
    'Top up refused',
    'Exchange rates apply on weekends',
    'Contactless payment limit exceeded',
  ])('takes for English: %s', async (text) => expect(await languageOf(text)).toBe('en'));
});
