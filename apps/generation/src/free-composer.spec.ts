import fc from 'fast-check';
import { FreeComposer } from './free-composer.js';

function compose(pieces: readonly string[]) {
  const released: string[] = [];
  const composer = new FreeComposer((sentence) => released.push(sentence));
  for (const piece of pieces) composer.write(piece);
  return { text: composer.end(), released };
}

describe('FreeComposer', () => {
  it('releases a sentence as soon as the next one begins', () => {
    expect(compose(['One is', ' here. Two', ' too.\n\nThree.']).released).toEqual([
      'One is here.',
      'Two too.\n\nThree.',
    ]);
  });

  it('changes nothing: the pieces joined by spaces are the text of the model', () => {
    const pieces = fc.array(fc.oneof(fc.constantFrom('A b. ', 'C.', ' ', '\n', '  D! '), fc.string()));
    fc.assert(
      fc.property(pieces, (written) => {
        const { text, released } = compose(written);
        expect(released.join(' ')).toBe(text);
        expect(text).toBe(written.join('').trim());
      }),
    );
  });
});
