import { piecesOf } from './pieces.js';

describe('piecesOf', () => {
  it('cuts a text into its sentences, not after abbreviations', () => {
    expect(piecesOf('Ask Dr. Lee, e.g. by phone. It is free!\nIs it?').map(({ words }) => words)).toEqual([
      'Ask Dr. Lee, e.g. by phone.',
      'It is free!',
      'Is it?',
    ]);
  });

  it('keeps the first piece short, and cuts it at a comma', () => {
    const [first, second] = piecesOf(`If your card does not work abroad, open the app ${'and look again '.repeat(9)}.`);
    expect(first).toEqual({ words: 'If your card does not work abroad,', ends: false });
    expect(second!.words.length).toBeGreaterThan(80);
  });

  it('keeps every word in order, in pieces of at most 120 characters', () => {
    const text = `${'word '.repeat(300)}. ${'x'.repeat(900)}. End.`;
    const pieces = piecesOf(text);
    expect(Math.max(...pieces.map(({ words }) => words.length))).toBeLessThanOrEqual(120);
    expect(
      pieces
        .map(({ words }) => words)
        .join('')
        .replaceAll(' ', ''),
    ).toBe(text.replaceAll(' ', ''));
  });

  it('has no pieces for a text without letters or digits', () => expect(piecesOf(' … \n — ')).toEqual([]));
});
