import { LINEAR, timeGrowth } from '@llmos/testing';
import { withEmojiInWords } from './emoji-words.js';

describe('withEmojiInWords', () => {
  it.each([
    ['Service 😡', 'Service (enraged face)'],
    ['💩', '(pile of poo)'],
    ['😍😍😍 love it', '(smiling face with heart-eyes) love it'],
    ['👍🏽 ok ❤️', '(thumbs up) ok (red heart)'],
    ['they lost it 🤦🏻‍♂️', 'they lost it (man facepalming)'],
    ['🇫🇷 menu', '(flag France) menu'],
    ['Call 112 # * now ©', 'Call 112 # * now (copyright)'],
    ['No emoji :-)', 'No emoji :-)'],
  ])('writes %j as %j', (text, words) => {
    expect(withEmojiInWords(text).replace(/\s+/g, ' ').trim()).toBe(words);
  });

  it.each(['😡', '👍🏽', '\u200D', '🇫', '❤️‍', '\uFE0F', '1\uFE0F\u20E3'])(
    'takes linear time for many repetitions of %j',
    (piece) => {
      const read = (chars: number) => withEmojiInWords(piece.repeat(chars / piece.length));
      expect(timeGrowth(read, 40_000)).toBeLessThan(LINEAR);
    },
  );
});
