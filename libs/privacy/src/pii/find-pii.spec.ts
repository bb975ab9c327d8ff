import { findPii } from './find-pii.js';
import type { PersonalDataType } from './finding.js';

const typesIn = (text: string, type: PersonalDataType): string[] =>
  findPii(text)
    .filter((data) => data.type === type)
    .map(({ start, end }) => text.slice(start, end));

describe('findPii', () => {
  it.each([
    ['pay with 4111 1111 1111 1111 please', '4111 1111 1111 1111'],
    ['amex 378282246310005.', '378282246310005'],
    ['my card 5555-5555-5555-4444, expires 12/26', '5555-5555-5555-4444'],
    ['card 4111 1111 1111 1111 12 26', '4111 1111 1111 1111'],
    ['4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'],
  ])('finds the card in %j', (text, card) => expect(typesIn(text, 'card')).toEqual([card]));

  it('finds a spoken card, with double and oh', () => {
    const spoken = 'four one one one one one one one one one one one one one one one';
    expect(typesIn(`it is ${spoken} thanks`, 'card')).toEqual([spoken]);
    expect(
      typesIn('five five double five five triple five five five five five four double four four', 'card'),
    ).toHaveLength(1);
  });

  it.each([
    'order 4111 1111 1111 1112',
    'order 1234567812345678',
    'at 20260131123456',
    '1111111111111111',
    '4111, 1111, 1111, 1111',
  ])('finds no card in %j', (text) => expect(typesIn(text, 'card')).toEqual([]));

  it.each([
    ['IBAN DE89 3704 0044 0532 0130 00 please', 'DE89 3704 0044 0532 0130 00'],
    ['gb82west12345698765432', 'gb82west12345698765432'],
    ['NL91ABNA0417164300', 'NL91ABNA0417164300'],
  ])('finds the IBAN in %j', (text, iban) => expect(typesIn(text, 'iban')).toEqual([iban]));

  it('does not find an IBAN with a wrong check number or length', () => {
    expect(typesIn('DE88370400440532013000', 'iban')).toEqual([]);
    expect(typesIn('DE8937040044053201300', 'iban')).toEqual([]);
  });

  it.each([
    ['my ssn is 078-05-1120', '078-05-1120'],
    ['ticket QQ 12 34 56 C', undefined],
    ['NI number AB 12 34 56 C', 'AB 12 34 56 C'],
    ['NHS number 943 476 5919', '943 476 5919'],
    ['Steuer-ID 86095742719', '86095742719'],
    ['sécurité sociale 2 55 08 14 168 025 38', '2 55 08 14 168 025 38'],
    ['DNI 12345678Z', '12345678Z'],
    ['NIE X1234567L', 'X1234567L'],
    ['CF RSSMRA85T10A562S', 'RSSMRA85T10A562S'],
    ['BSN 111222333', '111222333'],
    ['PESEL 44051401359', '44051401359'],
    ['personnummer 811218-9876', '811218-9876'],
    ['CPF 529.982.247-25', '529.982.247-25'],
    ['Aadhaar 2341 2341 2346', '2341 2341 2346'],
    ['rijksregisternummer 85.07.30-033.28', '85.07.30-033.28'],
  ])('finds the national number in %j', (text, id) => {
    expect(typesIn(text, 'national_id')).toEqual(id === undefined ? [] : [id]);
  });

  it.each([
    ['Write to ada@example.org.', 'email', 'ada@example.org'],
    ["it's ada dot lovelace at example dot org thanks", 'email', 'ada dot lovelace at example dot org'],
    ['from 192.0.2.7 today', 'ip_address', '192.0.2.7'],
    ['ping 2001:db8::8a2e:370:7334 now', 'ip_address', '2001:db8::8a2e:370:7334'],
    ['call +44 20 7946 0958 now', 'phone', '+44 20 7946 0958'],
    ['(415) 555-0132 or so', 'phone', '(415) 555-0132'],
    ['fax 415-555-0132x123', 'phone', '415-555-0132x123'],
    ['I live at 12 Baker Street, London', 'address', '12 Baker Street, London'],
    ['Musterstraße 5, 10115 Berlin', 'address', 'Musterstraße 5, 10115 Berlin'],
    ['send it to 52 Stubben 149, Suite 947', 'address', '52 Stubben 149, Suite 947'],
    ['My name is Ada Lovelace.', 'person', 'Ada Lovelace'],
    ['Ask Mr. Smith about it', 'person', 'Smith'],
  ] as const)('in %j finds the %s', (text, type, value) => expect(typesIn(text, type)).toEqual([value]));

  it.each([
    'version 10.0.12.1',
    '12 hours later in the park',
    'We have 3 rooms and unit tests',
    'order number 4155550132',
    'on 2026-01-31',
    'Dear Team,',
    '::',
  ])('finds nothing in %j', (text) => expect(findPii(text)).toEqual([]));

  it('reports only the wanted types, and accepts persons that a model found', () => {
    const text = 'Zbyszek wrote to ada@example.org';
    expect(findPii(text, ['person'], [{ start: 0, end: 7 }])).toMatchObject([{ start: 0, end: 7, type: 'person' }]);
  });

  it('ignores brands and doubtful ordinary words that a model took for persons', () => {
    const persons = (text: string, end: number, confidence: number) =>
      findPii(text, ['person'], [{ start: 0, end, confidence }]);
    expect(persons('Ted Baker shoes', 9, 0.96)).toEqual([]);
    expect(persons('Bill me in August', 7, 0.47)).toEqual([]);
    expect(persons('Bill Gates', 10, 0.47)).toHaveLength(1);
    expect(persons('Mark', 4, 0.9)).toHaveLength(1);
  });
});
