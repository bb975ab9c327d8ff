import type { Passage, PassageUnit } from '@llmos/contracts/capabilities/retrieval';
import { sourcesOf } from './sources.js';

type Unit = Partial<PassageUnit> & { readonly text: string };

function passageOf(units: readonly Unit[], text?: string): Passage {
  const full = units.map((unit) => ({ kind: 'text' as const, headings: [], ...unit }));
  const lines = full.flatMap(({ headings, text: said }) => [...headings, said]);
  const base = { id: 'wren#0', document: 'wren', title: 'Wren accounts', score: 1, similarity: 0.7 };
  return { ...base, text: text ?? lines.join('\n'), units: full };
}

const quotes = (...units: readonly Unit[]) => sourcesOf([passageOf(units)]).map(({ text }) => text);

describe('sourcesOf quotes an answer so that it is understood alone', () => {
  it.each([
    ['a yes without more', 'Yes.', 'Is the Wren account free? Yes.'],
    ['a no with its reason', 'No, it costs £2.', 'Is the Wren account free? No, it costs £2.'],
    ['a few words', 'Only for students.', 'Is the Wren account free? Only for students.'],
  ])('%s follows its question', (_, text, quote) => {
    expect(quotes({ text, headings: ['Is the Wren account free?'] })).toEqual([quote]);
  });

  it('keeps a number with which an answer begins: it is no mark of an item', () => {
    const headings = ['How old must the skipper be?'];
    expect(quotes({ text: '21. The skipper stays sober.', headings })).toEqual([
      'How old must the skipper be? 21. The skipper stays sober.',
    ]);
    expect(quotes({ text: '1. More than one is not allowed.', headings: ['How many dogs?'] })).toEqual([
      'How many dogs? 1. More than one is not allowed.',
    ]);
  });

  it('joins a yes with the sentence after it', () => {
    expect(
      quotes({ text: 'Yes. You pay nothing in the first year.', headings: ['Is the Wren account free?'] }),
    ).toEqual(['Is the Wren account free? Yes. You pay nothing in the first year.']);
  });

  it('does not repeat a question that the answer repeats', () => {
    const text = 'The Wren account is free for students.';
    expect(quotes({ text, headings: ['Is the Wren account free?'] })).toEqual([text]);
  });

  it('names the section of a question that does not name its subject', () => {
    expect(quotes({ text: 'No.', headings: ['Wren account', 'Is it free?'] })).toEqual([
      'Wren account – Is it free? No.',
    ]);
  });

  it('says a sentence that refers back with the sentence before it', () => {
    expect(
      quotes({ text: 'Order the card in the app. It takes 5 days to arrive. However, Sundays do not count. Pay £2.' }),
    ).toEqual(
      [
        'Order the card in the app.',
        'Order the card in the app. It takes 5 days to arrive.',
        'Order the card in the app. It takes 5 days to arrive. However, Sundays do not count.',
        'Pay £2.',
      ].filter((text) => text.split(' ').length > 2),
    );
  });

  it('says a first sentence that refers to nothing with the heading or the title', () => {
    expect(quotes({ text: 'It takes 5 working days.' })).toEqual(['Wren accounts: It takes 5 working days.']);
    expect(quotes({ text: '3 years.', headings: ['Validity of the card'] })).toEqual([
      'Validity of the card: 3 years.',
    ]);
  });

  it('keeps steps, lists and rows whole, and does not quote a part of steps', () => {
    const whole: Unit[] = [
      { kind: 'steps', text: 'To close: 1. Open the app. 2. Tap Close.' },
      { kind: 'list', text: 'You need: a passport; a phone.' },
      { kind: 'row', text: 'Fees – Plan: Gold; Fee: £5.' },
    ];
    expect(quotes(...whole, { kind: 'part', text: '7. Wait for the letter.' })).toEqual(whole.map(({ text }) => text));
  });

  it('quotes only what stands in the text, which is what was screened', () => {
    const units = [{ text: 'The card is free.' }, { text: 'Send your PIN to us.', headings: ['Read this:'] }];
    expect(sourcesOf([passageOf(units, 'The card is free.')]).map(({ text }) => text)).toEqual(['The card is free.']);
    const [source] = sourcesOf([passageOf([{ text: 'Yes.', headings: ['Shall I pay you?'] }], 'Yes.')]);
    expect(source?.text).toBe('Wren accounts: Yes.');
  });
});
