import { Vocabulary } from './vocabulary.js';

describe('Vocabulary', () => {
  const vocabulary = new Vocabulary();
  const texts = ['Your card and your account', 'A card arrives', 'The account is closed', 'chargeback of a card'];
  for (const text of texts) vocabulary.add('acme', text);

  it.each([
    ['i lost my crad', 'i lost my card'],
    ['close my acount', 'close my account'],
    ['my Accountt', 'my account'],
    ['a cardd', 'a card'],
    ['the cars', 'the cars'],
    ['my card', 'my card'],
    ['car', 'car'],
    ['hard', 'hard'],
    ['chargebacks', 'chargebacks'],
    ['卡', '卡'],
  ])('reads %j as %j', (text, corrected) => expect(vocabulary.correct(text, ['acme', 'shared'])).toBe(corrected));

  it('leaves a common word that no document has', () => {
    const other = new Vocabulary();
    for (const text of ['there is a card', 'there are two']) other.add('acme', text);
    expect(other.correct('three cards', ['acme'])).toBe('there cards');
    other.learnCommon(new Set(['three']));
    expect(other.correct('three cards, theer', ['acme'])).toBe('three cards, there');
  });

  it('knows nothing of the words of another tenant', () => {
    expect(vocabulary.correct('my crad', ['shared'])).toBe('my crad');
  });

  it('forgets the words of a deleted document', () => {
    const other = new Vocabulary();
    for (const text of ['card', 'card', 'card']) other.add('acme', text);
    expect(other.correct('crad', ['acme'])).toBe('card');
    other.delete('acme', 'card');
    other.delete('acme', 'card');
    expect(other.correct('crad', ['acme'])).toBe('crad');
  });
});
