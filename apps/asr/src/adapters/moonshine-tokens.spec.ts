import { MoonshineTokens } from './moonshine-tokens.js';

const TOKENS = ['<unk>', '<s>', '</s>', '\u2581My', '\u2581card', 's', '\u2581', '.'];

function fileOf(tokens: readonly (string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    tokens.map((token) => Buffer.from(token)).map((token) => Buffer.concat([Uint8Array.of(token.length), token])),
  );
}

describe('MoonshineTokens', () => {
  it('joins tokens to trimmed text with single spaces, without the control ids', () => {
    expect(MoonshineTokens.parse(fileOf(TOKENS)).decode([1, 3, 6, 4, 5, 7, 2])).toBe('My cards.');
  });

  it('joins letters that are spelt byte by byte', () => {
    const tokens = MoonshineTokens.parse(fileOf([...TOKENS, Uint8Array.of(0xc3), Uint8Array.of(0xa9)]));
    expect(tokens.decode([8, 9])).toBe('é');
  });

  it.each([
    [`"'My card's here`, `My card's here`],
    [`"My card`, 'My card'],
    [`He said "no" twice`, `He said "no" twice`],
    [`'My card' is lost`, `'My card' is lost`],
    [`the cards' fees`, `the cards' fees`],
  ])('leaves out of %j the quotation marks that have no partner', (said, heard) => {
    const tokens = MoonshineTokens.parse(fileOf([...TOKENS, said]));
    expect(tokens.decode([8])).toBe(heard);
  });

  it('reads lengths of two bytes', () => {
    const long = Buffer.concat([Uint8Array.of(128 + 72, 1), Buffer.from('a'.repeat(200))]);
    const tokens = MoonshineTokens.parse(Buffer.concat([fileOf(TOKENS), long]));
    expect(tokens.decode([8])).toBe('a'.repeat(200));
  });

  it('refuses a file that ends inside a token', () => {
    expect(() => MoonshineTokens.parse(fileOf(TOKENS).slice(0, -1))).toThrow(/ends inside token 7/);
  });
});
