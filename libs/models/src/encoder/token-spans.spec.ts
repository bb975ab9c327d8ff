import { tokenSpans } from './token-spans.js';

const pieces = (text: string, tokens: string[]) =>
  tokenSpans(text, ['[CLS]', ...tokens, '[SEP]'])
    .slice(1, -1)
    .map(({ start, end }) => text.slice(start, end));

describe('tokenSpans', () => {
  it('finds words, pieces of words and punctuation', () => {
    expect(pieces('Zürich, embeddings!', ['zurich', ',', 'em', '##bed', '##ding', '##s', '!'])).toEqual([
      'Zürich',
      ',',
      'em',
      'bed',
      'ding',
      's',
      '!',
    ]);
  });

  it('counts in UTF-16 units across emoji, combining accents and dropped characters', () => {
    expect(pieces('😀 cafe\u0301\u0000 ok', ['[UNK]', 'cafe', 'ok'])).toEqual(['😀', 'cafe', 'ok']);
    expect(pieces('a\u200db c', ['ab', 'c'])).toEqual(['a\u200db', 'c']);
  });

  it('gives an unknown token the whole word, up to its punctuation', () => {
    expect(pieces('ꙮꙮꙮ. End', ['[UNK]', '.', 'end'])).toEqual(['ꙮꙮꙮ', '.', 'End']);
  });

  it('continues after a piece that is not in the text', () => {
    expect(pieces('one two three', ['one', 'wrong', 'three'])).toEqual(['one', '', 'three']);
  });

  it('gives the special tokens no length', () => {
    expect(tokenSpans('', ['[CLS]', '[SEP]'])).toEqual([
      { start: 0, end: 0 },
      { start: 0, end: 0 },
    ]);
  });
});
