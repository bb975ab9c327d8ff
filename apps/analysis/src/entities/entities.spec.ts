import fc from 'fast-check';
import { decodeEntityHead, encodeEntityHead } from './entity-head-file.js';
import { EntityFinder } from './entity-finder.js';
import { emptyWeights } from './entity-weights.js';
import type { NameTagger } from './name-tagger.js';
import { TokenTrack } from '../text/token-track.js';
import { findDates } from './patterns/dates.js';
import { findEmails } from './patterns/email.js';
import { findMoney } from './patterns/money.js';
import { findProducts } from './patterns/products.js';
import { beliefsOf, bestTags, type ChainWeights } from './tag-lattice.js';
import { beginTag, insideTag, isInside, mayFollow, runsOf, TAGS } from './tags.js';
import { BUCKETS, wordFeatures } from './word-features.js';

const NOW = new Date('2026-11-24T12:00:00Z');
const valuesOf = (found: readonly { value?: string }[]): (string | undefined)[] => found.map(({ value }) => value);

describe('the entity patterns', () => {
  it.each([
    ['It cost $12.50.', ['12.50 USD']],
    ['1.234,56 EUR and £1,200 or 3 million euros', ['1200.00 GBP', '1234.56 EUR', '3000000.00 EUR']],
    ['US$ 5, €3.5bn, 20 CHF', ['5.00 USD', '3500000000.00 EUR', '20.00 CHF']],
    [
      'the 2.5-billion-dollar merger, Rs 500 crore, Rs. 2 lakh',
      ['200000.00 INR', '2500000000.00 USD', '5000000000.00 INR'],
    ],
    ['A $2.5-3 billion investment', ['2500000000.00 USD']],
    ['between £2 and £3 million', ['2000000.00 GBP', '3000000.00 GBP']],
    ['I paid £2 and £3 million went missing', ['2.00 GBP', '3000000.00 GBP']],
    ['from €10 to €20', ['10.00 EUR', '20.00 EUR']],
    ['I have 12 cats and 3 percent', []],
    ['The Ford RS 500 has cars 500 to its name', []],
  ])('find money in %j', (text, values) => expect(valuesOf(findMoney(text)).sort()).toEqual([...values].sort()));

  it.each([
    ['Paid on 5 May 2025.', ['2025-05-05']],
    ['Come tomorrow', ['2026-11-25']],
    ['On 5 May we open', [undefined]],
    ['See 03/04/2026', [undefined]],
    ['2026-02-03 it was', ['2026-02-03']],
    ['May I have a second one now? It took 5 minutes.', []],
  ])('find dates in %j', (text, values) => expect(valuesOf(findDates(text, NOW))).toEqual(values));

  it('find e-mail addresses, and nothing that only resembles one', () => {
    expect(valuesOf(findEmails('Write to Ada.L@Example.co.uk, not to @ada or a@b.'))).toEqual(['ada.l@example.co.uk']);
  });

  it('find products with a model in their name, and no months, years or rooms', () => {
    const text = 'My Galaxy S23 Ultra and an iPhone, in Room 12 in May 2020; I bought the "Magic Mop".';
    const names = findProducts(text).map(({ start, end }) => text.slice(start, end));
    expect(names).toEqual(['Galaxy S23 Ultra', 'iPhone', 'Magic Mop']);
  });

  it('accept any text and return spans inside of it', () => {
    const any = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.stringMatching(/^[$€0-9.,@a-zA-Z -]{0,400}$/),
    );
    fc.assert(
      fc.property(any, (text) => {
        const found = [...findMoney(text), ...findDates(text, NOW), ...findEmails(text), ...findProducts(text)];
        for (const { start, end } of found) expect(start >= 0 && start < end && end <= text.length).toBe(true);
      }),
      { seed: 7 },
    );
  });
});

describe('EntityFinder', () => {
  const text = 'AC Milan 2 Leeds 1';
  const typesWith = async (confidence: number) => {
    const name = { type: 'organisation' as const, start: 0, end: 8, confidence };
    const finder = new EntityFinder({ find: () => [name] } as unknown as NameTagger);
    const track = new TokenTrack([], 1);
    const found = await finder.find(text, [{ start: 0, end: text.length }], track, { now: NOW });
    return found.filter(({ start }) => start < 8).map(({ type }) => type);
  };

  it('takes a score for a product only if the head is unsure of the name', async () => {
    expect(await typesWith(0.6)).toEqual(['organisation']);
    expect(await typesWith(0.3)).toEqual(['product']);
  });

  it('lets other work run between long sentences', async () => {
    const long = 'a '.repeat(20_000);
    const sentences = Array.from({ length: 40 }, (_, at) => ({ start: at * 1_000, end: at * 1_000 + 999 }));
    const seen: number[] = [];
    let turns = 0;
    const tick = setInterval(() => turns++, 0);
    const finder = new EntityFinder({
      find: () => {
        seen.push(turns);
        const until = performance.now() + 2;
        while (performance.now() < until);
        return [];
      },
    } as unknown as NameTagger);
    await finder.find(long, sentences, new TokenTrack([], 1), { now: NOW });
    clearInterval(tick);
    expect(new Set(seen).size).toBeGreaterThan(5);
  });
});

describe('wordFeatures', () => {
  const shared = (some: string[], others: string[]) => {
    const [of, known] = [wordFeatures(some)[0]!, new Set(wordFeatures(others)[0])];
    return of.filter((feature) => known.has(feature)).length / of.length;
  };

  it('reads a long word in capitals as a name, and an acronym as it stands', () => {
    expect(shared(['LEEDS'], ['Leeds'])).toBe(1);
    expect(shared(['NATO'], ['Nato'])).toBeLessThan(0.8);
  });
});

describe('the tag lattice', () => {
  const random = (seed: number) => (at: number) => Math.sin(seed * 997 + at * 12.9898) * 2;
  const chain = (value: (at: number) => number): ChainWeights => ({
    transitions: Float32Array.from({ length: TAGS * TAGS }, (_, at) => value(at)),
    start: Float32Array.from({ length: TAGS }, (_, at) => value(at + 100)),
  });

  function sequences(length: number): number[][] {
    if (length === 0) return [[]];
    return sequences(length - 1).flatMap((before) =>
      Array.from({ length: TAGS }, (_, tag) => tag)
        .filter((tag) => mayFollow(before.at(-1) ?? -1, tag))
        .map((tag) => [...before, tag]),
    );
  }

  it.each([1, 2, 3])('finds the best sequence of tags and the exact probabilities (seed %i)', (seed) => {
    const weights = chain(random(seed));
    const scores = Float64Array.from({ length: 3 * TAGS }, (_, at) => random(seed + 50)(at));
    const scoreOf = (tags: number[]): number =>
      tags.reduce((sum, tag, at) => {
        const move = at === 0 ? weights.start[tag]! : weights.transitions[tags[at - 1]! * TAGS + tag]!;
        return sum + scores[at * TAGS + tag]! + move;
      }, 0);
    const all = sequences(3).map((tags) => ({ tags, weight: Math.exp(scoreOf(tags)) }));
    const total = all.reduce((sum, { weight }) => sum + weight, 0);
    const best = all.reduce((a, b) => (b.weight > a.weight ? b : a));
    expect([...bestTags(scores, weights)]).toEqual(best.tags);
    const { marginals, logPartition } = beliefsOf(scores, weights);
    expect(logPartition).toBeCloseTo(Math.log(total), 6);
    const share = all.filter(({ tags }) => tags[1] === 3).reduce((sum, { weight }) => sum + weight, 0) / total;
    expect(marginals[TAGS + 3]).toBeCloseTo(share, 6);
  });

  it('never starts a name with an inside tag', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: TAGS, maxLength: 70 }), (raw) => {
        const scores = Float64Array.from(raw.slice(0, raw.length - (raw.length % TAGS)));
        const tags = bestTags(
          scores,
          chain(() => 0),
        );
        tags.forEach((tag, at) => expect(isInside(tag) && !mayFollow(at === 0 ? -1 : tags[at - 1]!, tag)).toBe(false));
      }),
    );
  });

  it('converts runs of tags to names', () => {
    const tags = [0, beginTag('person'), insideTag('person'), beginTag('person'), 0, beginTag('place')];
    expect(runsOf(tags)).toEqual([
      { type: 'person', first: 1, end: 3 },
      { type: 'person', first: 3, end: 4 },
      { type: 'place', first: 5, end: 6 },
    ]);
  });
});

describe('the entity head', () => {
  it('rejects weights that do not match its description', () => {
    const files = encodeEntityHead(emptyWeights(2), { model: 'm', file: 'x.safetensors', provenance: {} });
    files.bin[10]! ^= 1;
    expect(() => decodeEntityHead(files)).toThrow(/has sha256/);
  });

  it('has a bucket for every feature of any words', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', minLength: 1 }), { maxLength: 8 }), (words) => {
        for (const buckets of wordFeatures(words))
          for (const bucket of buckets) expect(bucket >= 0 && bucket < BUCKETS).toBe(true);
      }),
    );
  });
});
