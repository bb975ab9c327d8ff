import { PhonemeIds } from './phoneme-ids.js';
import { phonemesOf } from './phonemes.js';

describe('phonemesOf writes English as the voice learned it', () => {
  it.each([
    ['How can I help you today?', 'hˈaʊ kæn ˈaɪ hˈɛlp juː tədˈeɪ?'],
    ['the A T M, the app', 'ðɪ ˈeɪ tˈiː ˈɛm, ðɪ ˈæp'],
    ['a card to open', 'ɐ kˈɑːɹd tʊ ˈoʊpən'],
    ["You don't need it.", 'juː dˈoʊnt nˈiːd ɪt.'],
    ['websites, boxes, limits', 'wˈɛbsˌaɪts, bˈɑːksᵻz, lˈɪmɪts'],
    ['the record, to record', 'ðə ɹˈɛkɚd, tə ɹᵻkˈɔːɹd'],
    ['café xkcd', 'kæfˈeɪ ˈɛks kˈeɪ sˈiː dˈiː'],
  ])('%s', (words, phonemes) => expect(phonemesOf(words)).toBe(phonemes));

  it('with no sound for a text without words', () => expect(phonemesOf(' ,.?! ')).toBe(''));
});

describe('PhonemeIds', () => {
  const ids = new PhonemeIds({ '^': [1], _: [0], $: [2], a: [14], ˈ: [120] });

  it('puts padding after each phoneme, between start and end, and leaves out what the voice does not know', () => {
    expect([...ids.of('ˈaX')]).toEqual([1n, 0n, 120n, 0n, 14n, 0n, 2n]);
  });

  it('refuses a map without padding and names the missing phoneme', () => {
    expect(() => new PhonemeIds({ '^': [1] }).of('a')).toThrow(/no id for '_'/);
  });
});
