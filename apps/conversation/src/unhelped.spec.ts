import { isUnhelped } from './unhelped.js';

describe('isUnhelped', () => {
  it.each([
    'why?',
    'But why?',
    'Why is that?',
    'How come?',
    'That does not help',
    "that doesn't help me at all",
    'This did not help.',
    "no, that's not helpful",
    'not helpful',
    "That's not what I asked.",
    "it doesn't answer my question",
    "You didn't answer my question!",
    'that is wrong',
    'I already tried that',
    'Sorry, I still don’t understand',
    'that did not work',
  ])('is true of %j', (text) => expect(isUnhelped(text)).toBe(true));

  it.each([
    'why was my card declined?',
    'why is that so expensive?',
    'It does not work abroad',
    'my card does not work',
    'that helps',
    'how long does that take?',
    "I don't understand the fee for transfers",
    'I tried to pay with it',
    'and to the US?',
    '',
  ])('is false of %j', (text) => expect(isUnhelped(text)).toBe(false));
});
