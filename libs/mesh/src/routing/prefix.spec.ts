import { kilocharsOf, prefixOf, sharedKilochars } from './prefix.js';

const READS = ['history', 'question'];
const turn = (content: string) => ({ role: 'user', content });
const keysOf = (tenant: string, input: unknown) => prefixOf(tenant, READS, input).map(({ key }) => key);

describe('prefixOf', () => {
  it('gives a common beginning common keys, and nothing behind the first difference', () => {
    const first = keysOf('acme', { history: [turn('a'), turn('b')], question: 'c' });
    const second = keysOf('acme', { history: [turn('a'), turn('x')], question: 'c' });
    expect(second[0]).toBe(first[0]);
    expect(second.slice(1).some((key) => first.includes(key))).toBe(false);
  });

  it('does not depend on the order of fields, and is another one for another tenant', () => {
    const ordered = keysOf('acme', { history: [{ role: 'user', content: 'a' }] });
    expect(keysOf('acme', { history: [{ content: 'a', role: 'user' }] })).toEqual(ordered);
    expect(keysOf('other', { history: [{ role: 'user', content: 'a' }] })).not.toEqual(ordered);
  });

  it('takes what is absent as nothing, and the end of a very long input as one part', () => {
    expect(prefixOf('acme', READS, undefined)).toEqual([]);
    const history = Array.from({ length: 1_000 }, (_, n) => `turn ${n}`);
    const long = prefixOf('acme', READS, { history });
    expect(long.length).toBe(64);
    const other = prefixOf('acme', READS, { history: [...history.slice(0, 999), 'another'] });
    expect(other.at(-1)!.key).not.toBe(long.at(-1)!.key);
  });

  it('measures what is shared', () => {
    const whole = prefixOf('acme', READS, { history: ['x'.repeat(500)], question: 'y'.repeat(250) });
    expect(kilocharsOf(whole)).toBe(0.75);
    expect(sharedKilochars(whole, new Set([whole[0]!.key]))).toBe(0.5);
    expect(sharedKilochars(whole, new Set([whole[1]!.key]))).toBe(0);
  });
});
