import { LINEAR, timeGrowth } from '@llmos/testing';
import { wordsOf } from '../text/words.js';
import { withDealParties } from './deal-parties.js';
import type { FoundName } from './name-tagger.js';

/** The organisations of a text, in which the tagger found the people and places marked as [Name|type]. */
function organisationsIn(marked: string): string[] {
  const names: FoundName[] = [];
  let text = '';
  for (const [, plain, name, type] of marked.matchAll(/([^[]*)(?:\[([^|\]]+)\|(\w+)\])?/g)) {
    text += plain ?? '';
    if (!name) continue;
    names.push({
      type: type as FoundName['type'],
      start: text.length,
      end: text.length + name.length,
      confidence: 0.9,
    });
    text += name;
  }
  const found = withDealParties(wordsOf(text), names).filter(({ type }) => type === 'organisation');
  return found.map(({ start, end }) => text.slice(start, end)).sort();
}

describe('withDealParties', () => {
  it.each([
    ['Samsung acquired Harman.', ['Harman', 'Samsung']],
    ['Harman was acquired by Samsung for $8 billion.', ['Harman', 'Samsung']],
    ['Instora, the photo app, was purchased by Facegram.', ['Facegram', 'Instora']],
    ['Yesterday the Dutch firm Brelltech bought Ovila.', ['Brelltech', 'Ovila']],
    ['The takeover of Quillon Foods by Harvest Lane cost millions.', ['Harvest Lane', 'Quillon Foods']],
    ['Tarvo Motors snapped up the battery maker Celline.', ['Celline', 'Tarvo Motors']],
    ['On Monday Marks & Spencer completed its acquisition of eTaro.', ['Marks & Spencer', 'eTaro']],
    ['[Lisbon|place] Labs has taken over Nordwind.', ['Lisbon Labs', 'Nordwind']],
    ['Tarvo, based in [Lisbon|place], acquired Celline.', ['Celline', 'Tarvo']],
    ['Tarvo ([Basel|place]) acquired Celline.', ['Celline', 'Tarvo']],
    ['Nordwind, the [Swiss|organisation] food maker, has taken over Ovila.', ['Nordwind', 'Ovila', 'Swiss']],
    ['Yesterday, in [Paris|place], Tarvo acquired Celline.', ['Celline', 'Tarvo']],
    ['Following a vote, Tarvo has acquired Celline.', ['Celline', 'Tarvo']],
    ['In [Paris|place], Tarvo acquired Celline.', ['Celline', 'Tarvo']],
    ['[Celline|person] was taken over by Tarvo.', ['Celline', 'Tarvo']],
    ['[Celline|person] has been acquired by Tarvo.', ['Celline', 'Tarvo']],
    ['Samsung Acquires Harman in Major Deal', ['Harman', 'Samsung']],
    ['SAMSUNG BUYS HARMAN FOR $8 BILLION', ['HARMAN', 'SAMSUNG']],
    ['Microsoft Completes Acquisition of Nuance', ['Microsoft', 'Nuance']],
    ['LVMH snapped up [Tiffany|person] for $15.8bn.', ['LVMH', 'Tiffany']],
    ['Kraft merged with [Heinz|person].', ['Heinz', 'Kraft']],
    ['Oracle swallowed Sun.', ['Oracle', 'Sun']],
    ['[Renault|organisation] owns Dacia.', ['Dacia', 'Renault']],
    ['Dacia belongs to [Renault|organisation].', ['Dacia', 'Renault']],
    ['Volvo is owned by Geely, a Chinese company.', ['Geely', 'Volvo']],
    ['Disney acquired Pixar, Marvel and Lucasfilm.', ['Disney', 'Lucasfilm', 'Marvel', 'Pixar']],
    ['It acquired Pixar in [Paris|place].', ['Pixar']],
    ['Vinted Snaps Up Trendsales', ['Trendsales', 'Vinted']],
    ['Zalora to Snap Up Rival Pomelo', ['Pomelo', 'Zalora']],
    ['Tesco in Talks to Buy Paperchase', ['Paperchase', 'Tesco']],
    ['The merger of [Vodafone|organisation] with Three was approved in [London|place].', ['Vodafone']],
    ['The bank acquired Ovila in [Leeds|place].', ['Ovila']],
    ['Acquired by Cisco in 2024, Splunk grew.', ['Cisco', 'Splunk']],
    ['[Elena Rossi|person] started Verdetta.', ['Verdetta']],
    ['Fjordlink was founded by [Tomas Lind|person].', ['Fjordlink']],
  ])('finds the companies of %j', (text, companies) => {
    expect(organisationsIn(text)).toEqual(companies);
  });

  it.each([
    'I bought a Samsung TV on Monday.',
    '[Ada Lovelace|person] bought Nutella.',
    '[Ada Lovelace|person] and [Bob Shaw|person] started early.',
    'We bought tickets. Berlin is lovely.',
    'The Rhine took over a week to fall.',
    'Prices in [Paris|place] rose.',
    '[Bob Shaw|person] was taken over by anger.',
    'My wife bought Nike shoes in [Paris|place].',
    'They bought Harrods in Knightsbridge.',
    'The Beatles sold records in [Germany|place].',
    'The bank acquired a building in [Leeds|place].',
    'He took over Mondays from [Lisa|person].',
    'I acquired German citizenship in [Berlin|place].',
    '[Corsica|place] belongs to [France|place].',
    'Heineken Buys Stake in [Brixton|place]',
    'The Picasso belongs to Emilia.',
    '[Ada Lovelace|person] owns Windsor.',
    'She bought Euros in [Spain|place].',
  ])('finds no company in %j', (text) => {
    expect(organisationsIn(text)).toEqual([]);
  });

  it.each(['A ', 'bought ', 'Aa acquired ', 'A & ', 'took over '])(
    'takes linear time for repetitions of %j',
    (piece) => {
      const read = (chars: number) => withDealParties(wordsOf(piece.repeat(chars / piece.length).slice(0, 1_000)), []);
      expect(timeGrowth(read, 40_000)).toBeLessThan(LINEAR);
    },
  );
});
