import fc from 'fast-check';
import { detectLanguage } from './language-detector.js';

describe('detectLanguage', () => {
  it.each([
    'Great!',
    'ok',
    'No',
    'Not good',
    'Refund please',
    'Where is my card?',
    'Ada Lovelace works for Acme in London.',
  ])('detects that %j is English', (text) =>
    expect(detectLanguage(text)).toMatchObject({ code: 'en', supported: true }),
  );

  it.each([
    ['Das Essen war sehr gut und der Service freundlich.', 'de'],
    ['Où est ma carte ?', 'fr'],
    ['mi tarjeta no funciona', 'es'],
    ['Il servizio è pessimo', 'it'],
  ])('detects that the language of %j is %s, which is not supported', (text, code) => {
    expect(detectLanguage(text)).toMatchObject({ code, supported: false });
  });

  it.each(['12345', '😀', '   ', '?!', '\u0000', '\uD800'])('detects no language in %j', (text) => {
    expect(detectLanguage(text)).toEqual({ code: 'und', confidence: 0, supported: false });
  });

  it('returns a verdict for any text, with a confidence between 0 and 1', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const { confidence, code } = detectLanguage(text);
        expect(confidence >= 0 && confidence <= 1).toBe(true);
        expect(code).toMatch(/^[a-z]{2,3}$/);
      }),
    );
  });
});
