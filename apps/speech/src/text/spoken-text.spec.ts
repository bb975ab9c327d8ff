import { readFileSync } from 'node:fs';
import { spokenText } from './spoken-text.js';

describe('spokenText writes as words', () => {
  it.each([
    [`N${'o'.repeat(4_000)}!`, 'Nooo!'],
    // numbers
    ['1,250 points and 3.75 litres', 'one thousand two hundred and fifty points and three point seven five litres'],
    ['the 1st, 22nd and 30th', 'the first, twenty second and thirtieth'],
    ['-5 and 1/2', 'minus five and one half'],
    ['2½ to 3 hours, ½ a cup', 'two and a half to three hours, one half a cup'],
    ['1 1/2 cups and 3¾ litres', 'one and a half cups and three and three quarters litres'],
    ['8 m² or 5 m³', 'eight square metres or five cubic metres'],
    ['3-5 days, 10–15 items', 'three to five days, ten to fifteen items'],
    ['Save 4.25% a year', 'Save four point two five percent a year'],
    // money
    ['It costs £2.50.', 'It costs two pounds fifty.'],
    ['£1, £0.35, £0.01', 'one pound, thirty five pence, one penny'],
    ['$49.99 or €5', 'forty nine dollars and ninety nine cents or five euros'],
    ['£5m, $3 billion, 20 EUR', 'five million pounds, three billion dollars, twenty euros'],
    [
      '12,50 €, €3,20 and €1.000,00',
      'twelve euros and fifty cents, three euros and twenty cents and one thousand euros',
    ],
    ['¥500, CHF 30 and 5 CHF', 'five hundred yen, thirty francs and five francs'],
    ['£10-£20, €5–10', 'ten to twenty pounds, five to ten euros'],
    // dates
    ['We open Jan. 5th, 2027 and on Sept. 3.', 'We open January fifth twenty twenty seven and on September third.'],
    ['in the 1990s and the 80s', 'in the nineteen nineties and the eighties'],
    [
      'Pay on 31.12.2026 or 2/1/2027',
      'Pay on the thirty first of December twenty twenty six or the second of January twenty twenty seven',
    ],
    ['on 2026-12-01T09:30Z', 'on the first of December twenty twenty six at nine thirty A M'],
    ['Mon-Fri, Sat & Sun', 'Monday to Friday, Saturday and Sunday'],
    ['on 12/05/2024', 'on the twelfth of May twenty twenty four'],
    ['on 2024-12-01', 'on the first of December twenty twenty four'],
    ['until 31 December 2025.', 'until the thirty first of December twenty twenty five.'],
    ['March 3, 2023', 'March third twenty twenty three'],
    ['since 1998, and in 2005', 'since nineteen ninety eight, and in two thousand and five'],
    ['We may send 2000 letters.', 'We may send two thousand letters.'],
    // times
    ['from 9am to 5:30pm', 'from nine A M to five thirty P M'],
    ['at 14:45, 00:00, 12:00 and 9:05', 'at two forty five P M, midnight, noon and nine oh five'],
    ['24/7', 'twenty four seven'],
    // codes
    ['Call 0800 123 4567.', 'Call zero eight zero zero, one two three, four five six seven.'],
    ['+44 20 7946 0958', 'plus four four, two zero, seven nine four six, zero nine five eight'],
    ['Your card ending in 4242', 'Your card ending in four two four two'],
    ['4929 1234 5678 9012', 'four nine two nine, one two three four, five six seven eight, nine zero one two'],
    ['sort code 20-45-00', 'sort code two zero, four five, zero zero'],
    [
      'IBAN GB29 NWBK 6016 1331 9268 19.',
      'eyeban G B two nine, N W B K, six zero one six, one three three one, nine two six eight, one nine.',
    ],
    ['Version 2.10.1 or iOS 17.4.1', 'Version two point ten point one or iOS seventeen point four point one'],
    // abbreviations and units
    [
      '2 wks, 1 wk, 3 yrs, 6 mths, 5G, 500 g',
      'two weeks, one week, three years, six months, five G, five hundred grams',
    ],
    ['your a/c w/ us, w/o fees', 'your account with us, without fees'],
    ['e.g. a card, i.e. plastic, etc.', 'for example a card, that is, plastic, et cetera.'],
    ['Dr. Lee, Mrs Hill, 2 St. James St.', 'Doctor Lee, Missus Hill, two Saint James Street'],
    ['2.5 kg, 1 km, 10 MB', 'two point five kilograms, one kilometre, ten megabytes'],
    // addresses
    ['See https://www.example.co.uk/help.', 'See example dot co dot U K slash help.'],
    ['Mail my-help@example.com!', 'Mail my dash help at example dot com!'],
    // letters
    ['Your PIN works at any ATM in the UK.', 'Your pin works at any A T M in the U K.'],
    ['the FAQs', "the F A Q's"],
    ['A card is NOT a PIN. A 10% fee', 'a card is not a pin. a ten percent fee'],
    ['YOUR CARD IS BLOCKED BY US', 'your card is blocked by us'],
    // signs
    ['**Cards** > `Freeze`', 'Cards, Freeze'],
    ['yes/no and/or R&D', 'yes or no and or R D'],
    ['[Help](https://example.com) — now', 'Help, now'],
  ])('%s', (written, said) => expect(spokenText(written)).toBe(said));

  it('nothing but letters and the punctuation of a sentence, whatever the text', () => {
    const odd = 'Ω ≈ 3×10^8 {"a": [1,2]} <b>x</b> \u200b 你好 #5 ~7 50°C 1e9 ½ 9999999999999999999 0.0.1 //';
    expect(spokenText(odd)).toMatch(/^[\p{L}\p{M}'’.,;:!? ]*$/u);
  });

  it('a text of the longest allowed length within a moment', () => {
    const before = process.cpuUsage();
    for (const part of ['1', '1,', 'A', '1:', '£1.', 'a@', '(', 'the 1 '])
      spokenText(part.repeat(4_000).slice(0, 4_000));
    // Processor time: other work on the machine does not count.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(3_000);
  });

  it('no digits in the sample sentences', () => {
    const lines = readFileSync('deploy/samples/speech/sentences.jsonl', 'utf8').trim().split('\n');
    expect(lines).toHaveLength(100);
    for (const line of lines) expect(spokenText((JSON.parse(line) as { text: string }).text)).not.toMatch(/\d/);
  });
});
