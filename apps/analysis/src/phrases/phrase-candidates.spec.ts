import fc from 'fast-check';
import { sentencesOf } from '../text/sentences.js';
import { phraseCandidates } from './phrase-candidates.js';

const candidates = (text: string) => phraseCandidates(text, sentencesOf(text));
const keys = (text: string) => candidates(text).map(({ key }) => key);

describe('phraseCandidates', () => {
  it('returns noun phrases without the verbs and adverbs around them', () => {
    expect(
      keys(
        'This paper establishes an efficient adaptive approach. It dynamically adapts the grid, possessing stability.',
      ),
    ).toEqual(['paper', 'efficient adaptive approach', 'grid', 'stability']);
  });

  it('keeps hyphenated words together', () => {
    expect(keys('We use high-resolution methods and out-of-print materials.')).toEqual([
      'high-resolution methods',
      'out-of-print materials',
    ]);
  });

  it.each([
    ['The chipmaker announced a $2.5 billion investment.', '$2.5 billion investment'],
    ['The bank offers a 3.5 % interest rate.', '3.5 % interest rate'],
    ['Profit of US$ 4.2 million was made.', 'us$ 4.2 million'],
    ['Revenue rose to US$ 12.4 bn.', 'us$ 12.4 bn'],
    ['We need an investment of $ 2.5 billion.', '$ 2.5 billion'],
    ['A $ 2.5 billion investment was made.', '$ 2.5 billion investment'],
    ['A €1.2 million fee was paid.', '€1.2 million fee'],
    ['The 1.5-hour delay made us late.', '1.5-hour delay'],
    ['We bought an 802.11ac router.', '802.11ac router'],
    ['It sold 2,300 printers.', '2,300 printers'],
    ['The Tesla Model 3 arrived.', 'tesla model 3'],
    ['My iPhone 15 Pro Max broke.', 'iphone 15 pro max'],
    ['The red wine costs 9.90 euros.', 'red wine'],
    ['The red wine costs 9.90 euros.', '9.90 euros'],
    ['Sales rose 7 per cent to £1.2m.', '7 per cent'],
    ['Unemployment fell to 3.9 percent in May.', '3.9 percent'],
    ['The eggs were 3,50 € today.', '3,50 €'],
    ['Inflation reached 7.9 %, again.', '7.9 %'],
    ['The wire transfer was $3,450.75, he said.', '$3,450.75'],
  ])('keeps the numbers of %j whole', (text, key) => expect(keys(text)).toContain(key));

  it('counts repetitions case-insensitively and returns the first occurrence', () => {
    const text = 'Credit cards are here. A credit card is not two Credit Cards.';
    expect(candidates(text)).toContainEqual({
      key: 'credit cards',
      first: { start: 0, end: 12 },
      words: 2,
      times: 2,
    });
  });

  it('returns at most the last five words of a phrase', () => {
    expect(keys('It needs the new large red European customer service desk phone.')).toEqual([
      'european customer service desk phone',
    ]);
  });

  it('returns correct spans for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.lorem({ maxCount: 30 })), (text) => {
        for (const { key, first, words, times } of candidates(text)) {
          expect(text.slice(first.start, first.end).toLowerCase().replace(/\s+/g, ' ')).toBe(key);
          expect([words >= 1, words <= 5, times >= 1]).toEqual([true, true, true]);
        }
      }),
    );
  });
});
