import { LINEAR, timeGrowth } from '@llmos/testing';
import fc from 'fast-check';
import { sentencesOf } from './sentences.js';
import { TokenTrack, type EncodedWindow } from './token-track.js';
import { wordsOf } from './words.js';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.lorem({ maxCount: 40 }),
);

describe('wordsOf', () => {
  it('splits punctuation, possessives and hyphens, and keeps abbreviations whole', () => {
    const words = wordsOf("Anne O'Brien's U.S. firm, London-based").map(({ text }) => text);
    expect(words).toEqual(['Anne', "O'Brien", "'s", 'U.S.', 'firm', ',', 'London', '-', 'based']);
  });

  it('returns slices of any text, in order and without overlaps', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let end = 0;
        for (const word of wordsOf(text)) {
          expect(word.start).toBeGreaterThanOrEqual(end);
          expect(text.slice(word.start, word.end)).toBe(word.text);
          end = word.end;
        }
      }),
    );
  });

  it.each(["'s", 'a.', "a'", 'é', '😀'])('takes linear time for repetitions of %j', (piece) => {
    expect(timeGrowth((chars) => wordsOf(piece.repeat(chars / piece.length)), 100_000)).toBeLessThan(LINEAR);
    expect(timeGrowth((chars) => sentencesOf(piece.repeat(chars / piece.length)), 100_000)).toBeLessThan(LINEAR);
  });
});

describe('sentencesOf', () => {
  it('ends a sentence at punctuation and line breaks, but not after a title or an initial', () => {
    const text = 'Dr. Smith met J. Brown. They ate (well) e.g. fish. \n\nWhy? "Yes."  ';
    expect(sentencesOf(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      'Dr. Smith met J. Brown.',
      'They ate (well) e.g. fish.',
      'Why?',
      '"Yes."',
    ]);
  });

  it('covers every visible character of any text exactly once', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const spans = sentencesOf(text);
        const joined = spans.map(({ start, end }) => text.slice(start, end)).join('');
        expect(joined.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
        for (const { start, end } of spans) expect(end - start).toBeLessThanOrEqual(1_000);
      }),
    );
  });
});

describe('TokenTrack', () => {
  const windowOf = (start: number, text: string, value: number): EncodedWindow => ({
    start,
    end: start + text.length,
    text,
    encoded: {
      vector: Float32Array.of(1),
      tokens: {
        ids: [...text].map((_, at) => at),
        spans: [...text].map((_, at) => ({ start: at, end: at + 1 })),
        states: new Float32Array(text.length).fill(value),
      },
    },
  });

  it('uses each overlapping token from the window with more context around it', () => {
    const track = new TokenTrack([windowOf(0, 'abcdef', 1), windowOf(4, 'efghij', 2)], 1);
    expect(track.mean(0, 5)[0]).toBe(1);
    expect(track.mean(5, 10)[0]).toBe(2);
    expect(track.mean(4, 6)[0]).toBe(1.5);
    expect(track.mean(50, 60)[0]).toBe(0);
  });
});
