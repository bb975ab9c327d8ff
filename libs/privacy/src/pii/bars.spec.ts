import { getExampleNumber, type CountryCode } from 'libphonenumber-js/core';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import metadata from 'libphonenumber-js/metadata.max';
import { findPii } from './find-pii.js';
import type { PersonalDataType } from './finding.js';

const examples = createRequire(import.meta.url)('libphonenumber-js/examples.mobile.json') as Record<
  CountryCode,
  string
>;

/** The share of the values that are found whole, in texts such as "call {}". */
function recallOf(type: PersonalDataType, cases: readonly (readonly [frame: string, value: string])[]): number {
  const hits = cases.filter(([frame, value]) => {
    const start = frame.indexOf('{}');
    const found = findPii(frame.replace('{}', value));
    return found.some((data) => data.type === type && data.start === start && data.end === start + value.length);
  });
  const recall = hits.length / cases.length;
  process.stdout.write(`${type}: recall ${recall.toFixed(4)} (${cases.length} values)\n`);
  return recall;
}

const across = <A, B, C>(some: readonly A[], others: readonly B[], make: (a: A, b: B) => C): C[] =>
  some.flatMap((one) => others.map((other) => make(one, other)));

const SEPARATORS = [
  ...[' ', '-', '.', '_', '/', '  ', ' - ', '\t', '\n', '\u00a0', '\u00a0\u200b', '\u2007', '\u2009', '\u200a'],
  ...['\u202f', '\u3000', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212', '\ufe63', '\uff0d', ' \u2013 '],
  ...['\u2027', '\u203f', '\u2044', '\u30fb', '\u25cf', '\u0003', '\u0085', '\u00a6'],
  ...['\u200b', '\u200c', '\u2060', '\ufeff', '\u00ad'],
];

describe('Whatever separates the groups,', () => {
  it.each([
    ['card', ['4111 1111 1111 1111', '5555 5555 5555 4444', '3782 822463 10005', '6011 1111 1111 1117']],
    ['iban', ['DE89 3704 0044 0532 0130 00', 'GB82 WEST 1234 5698 7654 32', 'FR14 2004 1010 0505 0001 3M02 606']],
    ['national_id', ['536 22 8726', '086 095 742 719'.slice(1)]],
  ] as const)('99 %% of the numbers of type %s are found', (type, values) => {
    const frames = type === 'national_id' ? ['my ssn or Steuer-ID is {}.'] : ['{}', 'it is {} thanks', 'number: {}.'];
    const written = across(values, SEPARATORS, (value, separator) => value.replace(/ /g, separator));
    expect(
      recallOf(
        type,
        across(frames, written, (frame, value) => [frame, value] as const),
      ),
    ).toBeGreaterThanOrEqual(0.99);
  });
});

const COUNTRIES =
  'US GB DE FR ES IT NL BE CH AT IE PT PL SE NO DK FI CZ GR HU RO TR IN AU NZ ZA BR MX JP CA SG HK KR NG KE PH'.split(
    ' ',
  ) as readonly CountryCode[];

describe('Of the phone numbers of 36 countries', () => {
  const phones = COUNTRIES.map((country) => getExampleNumber(country, examples, metadata)!);

  it('95 % are found in the international form', () => {
    const written = phones.flatMap((phone) => [
      phone.number,
      phone.formatInternational(),
      phone.formatInternational().replace(/ /g, '-'),
      phone.formatInternational().replace(/^(\S+) /, '$1 (0)'),
      `00${phone.formatInternational().slice(1)}`,
      `${phone.formatInternational()} ext. 12`,
    ]);
    const frames = ['{}', 'call me on {}, please', 'Landline {} and no other.'];
    expect(
      recallOf(
        'phone',
        across(frames, written, (frame, value) => [frame, value] as const),
      ),
    ).toBeGreaterThan(0.95);
  });

  it('95 % are found if the caller parts them in another way', () => {
    const parted = (digits: string, sizes: readonly number[]): string => {
      const ends = sizes.map((_, at) => sizes.slice(0, at + 1).reduce((sum, size) => sum + size, 0));
      return [0, ...ends]
        .map((start, at) => digits.slice(start, ends[at]))
        .join(' ')
        .trim();
    };
    const written = phones.flatMap((phone) => {
      const national = phone.formatNational().replace(/\D/g, '');
      return [
        parted(national, [5, 3, 3]),
        parted(national, [2, 2, 2, 2]),
        parted(phone.number, [3, 2, 2, 2, 2]),
        phone.formatInternational().replace(/ /g, '/'),
        `(+${phone.countryCallingCode}) ${phone.nationalNumber}`,
      ];
    });
    const frames = ['call me on {} please', 'my number is {}.'];
    expect(
      recallOf(
        'phone',
        across(frames, written, (frame, value) => [frame, value] as const),
      ),
    ).toBeGreaterThan(0.95);
  });

  it('95 % are found in the national form behind a word', () => {
    const written = phones.flatMap((phone) => [phone.formatNational(), phone.formatNational().replace(/\D/g, '')]);
    const frames = ['call {} after six', 'my number is {}.', 'Tel. {}', 'whatsapp {} 🙏'];
    expect(
      recallOf(
        'phone',
        across(frames, written, (frame, value) => [frame, value] as const),
      ),
    ).toBeGreaterThan(0.95);
  });
});

const NAMES = (
  'john smith|maria garcia|Priya Patel|wei zhang|Yuki Tanaka|ngozi okonkwo|Kwame Mensah|mohammed khan|Fatima Haddad|' +
  "olga petrova|Oleksandr Petrenko|Zofia Wójcik|giannis papadopoulos|Ayşe Yılmaz|siobhan murphy|Sean O'Brien|" +
  'Klaus Müller|chloé lefèvre|Sanne de Vries|bjørn hansen|João dos Santos|Jean-Luc Moreau|Thabo Dlamini|minh nguyen'
).split('|');
const CHATS = [
  ...['hi {g}', 'hello {g}, my card is lost', 'thanks {g}!', 'Dear {g},', 'this is {g} from leeds', 'mr {s} called'],
  ...['Mrs. {s} would like a refund', 'my name is {f}', "my name's {f} and i need help", 'account holder: {f}'],
  ...['i spoke to {g} yesterday', 'my husband {g} has a card too', 'payment to {f} failed', '{g} here, still waiting'],
  ...['Kind regards,\n{f}', 'i am {f}'],
];

describe('Of names in chats', () => {
  it('90 % are found whole, in lower case or not', () => {
    const cases = across(NAMES, CHATS, (name, chat) => {
      const [given = '', ...family] = name.split(' ');
      const value = { g: given, s: family.join(' '), f: name }[/\{(.)\}/.exec(chat)![1] as 'g' | 's' | 'f'];
      return [chat.replace(/\{.\}/, '{}'), value] as const;
    });
    expect(recallOf('person', cases)).toBeGreaterThan(0.9);
  });
});

const sample = (name: string): string[] =>
  readFileSync(new URL(`../../test/samples/${name}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');

describe('Of 402 lines of chats with names of many origins', () => {
  it('96 % of the names are found', () => {
    let [names, hits] = [0, 0];
    for (const line of sample('chat-names.txt')) {
      const marked = line.replaceAll('\\n', '\n');
      const found = findPii(marked.replace(/[<>]/g, '')).filter(({ type }) => type === 'person');
      let marks = 0;
      for (const { 0: name, index } of marked.matchAll(/<[^>]*>/g)) {
        const [start, end] = [index - marks, index - marks + name.length - 2];
        marks += 2;
        names++;
        hits += found.some((data) => data.start < end && data.end > start) ? 1 : 0;
      }
    }
    process.stdout.write(`names in chats: ${hits} of ${names}\n`);
    expect(hits / names).toBeGreaterThan(0.96);
  });
});

describe('Of 558 harmless sentences with brands, months, places, flights, clauses and numbers', () => {
  it('one in two hundred has a mark at most', () => {
    const sentences = sample('harmless.txt');
    const marked = sentences.filter((text) => findPii(text).length > 0);
    process.stdout.write(`harmless sentences with a mark: ${marked.length} of ${sentences.length}\n`);
    expect(marked.length / sentences.length).toBeLessThanOrEqual(1 / 200);
  });
});

describe('Of 812 more harmless sentences, of shops that do things, dates, models, clauses, flights and references', () => {
  const kinds = JSON.parse(sample('harmless-kinds.json').join('\n')) as Record<string, [...string[], string[]]>;
  const texts = Object.values(kinds).flatMap((kind) => {
    const values = kind.at(-1) as string[];
    return across(kind.slice(0, -1) as string[], values, (frame, value) => frame.replace('{}', value));
  });

  it('one in a hundred has a mark at most', () => {
    const sentences = [...sample('harmless-shops.txt'), ...texts];
    const marked = sentences.filter((text) => findPii(text).length > 0);
    process.stdout.write(
      `harmless sentences of shops and numbers with a mark: ${marked.length} of ${sentences.length}\n`,
    );
    expect(sentences).toHaveLength(812);
    expect(marked.length / sentences.length).toBeLessThanOrEqual(1 / 100);
  });
});
