import { normalizeTerm, tokenize } from './terms.js';

describe('tokenize', () => {
  it('unifies case, accents and compatibility forms', () => {
    expect(tokenize('Café ＡＢＣ naïve')).toEqual(['cafe', 'abc', 'naive']);
  });

  it('makes each character a term in scripts without spaces', () => {
    expect(tokenize('银行卡')).toEqual(['银', '行', '卡']);
  });

  it('skips control characters and punctuation', () => {
    expect(tokenize('\u0000a\u0007b!!')).toEqual(['a', 'b']);
    expect(tokenize('\u0000!?')).toEqual([]);
  });
});

describe('normalizeTerm', () => {
  it('drops stop words', () =>
    expect(['the', 'my', 'is'].map(normalizeTerm)).toEqual([undefined, undefined, undefined]));

  it.each([
    ['cards', 'card'],
    ['fees', 'fee'],
    ['currencies', 'currency'],
    ['charged', 'charge'],
    ['charging', 'charges'],
    ['topping', 'topped'],
    ['withdrawals', 'withdrawal'],
  ])('gives %s and %s one stem', (one, other) => expect(normalizeTerm(one)).toBe(normalizeTerm(other)));

  it.each([
    ['address', 'addres'],
    ['virus', 'viru'],
    ['ring', 'r'],
  ])('does not reduce %s to %s', (word, wrong) => expect(normalizeTerm(word)).not.toBe(wrong));
});
