import fc from 'fast-check';
import { windowsOf } from './windows.js';

const sentence = 'The parcel left the warehouse on Monday and has not been seen since. ';

describe('windowsOf', () => {
  it('returns one window for a text that fits, also for an empty text', () => {
    expect(windowsOf('Hello there.')).toEqual([{ start: 0, end: 12, text: 'Hello there.' }]);
    expect(windowsOf('')).toEqual([{ start: 0, end: 0, text: '' }]);
  });

  it('cuts a long text at sentence ends, with an overlap', () => {
    const windows = windowsOf(sentence.repeat(60));
    expect(windows.length).toBeGreaterThan(2);
    windows.forEach(({ text }) => expect(text).toMatch(/since\.$/));
    windows.slice(1).forEach(({ start }, index) => expect(start).toBeLessThan(windows[index]?.end ?? 0));
  });

  it('returns slices of the text that contain every word', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.integer({ min: 8, max: 40 }), (parts, maxTokens) => {
        const text = parts.join(' ');
        const windows = windowsOf(text, { maxTokens, overlapTokens: 4 });
        let seen = 0;
        for (const window of windows) {
          expect(window.text).toBe(text.slice(window.start, window.end));
          expect(text.slice(seen, window.start).trim()).toBe('');
          seen = Math.max(seen, window.end);
        }
        expect(text.slice(seen).trim()).toBe('');
      }),
    );
  });

  it('terminates for a text without spaces', () => {
    expect(windowsOf('x'.repeat(100_000)).length).toBeLessThan(1_000);
  });
});
