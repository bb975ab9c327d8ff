import { LINEAR, timeGrowth } from '@llmos/testing';
import type { FoundName } from './name-tagger.js';
import { withClubs } from './score-lines.js';

/** The organisations of a line, in which the tagger found the places in brackets. */
function clubsIn(marked: string): string[] {
  const text = marked.replace(/[[\]]/g, '');
  const names = [...marked.matchAll(/\[([^\]]+)\]/g)].map(({ 1: name = '', index }, at): FoundName => {
    const start = index - 2 * at;
    return { type: 'place', start, end: start + name.length, confidence: 0.5 };
  });
  const found = withClubs(text, { start: 0, end: text.length }, names);
  return found.filter(({ type }) => type === 'organisation').map(({ start, end }) => text.slice(start, end));
}

describe('withClubs', () => {
  it.each([
    ['[Leeds] 2 [Norwich] 1', ['Leeds', 'Norwich']],
    ['[Boston] 23 16 7 0.589 4', ['Boston']],
    ['At half time: [Porto] 0 [Lisbon] 3', ['Porto', 'Lisbon']],
    ['[Japan] 2 [Syria] 1', []],
    ['The train from [Leeds] to [Norwich] takes 4 hours.', []],
    ['[Leeds] has 2 stations.', []],
  ])('of %j are %j', (line, clubs) => {
    expect(clubsIn(line)).toEqual(clubs);
  });

  it('takes linear time', () => {
    const read = (chars: number) => withClubs('Leeds 2 '.repeat(chars / 8), { start: 0, end: chars }, []);
    expect(timeGrowth(read, 40_000)).toBeLessThan(LINEAR);
  });
});
