import { LINEAR, timeGrowth } from '@llmos/testing';
import { NameIndex, spelledTerms } from './name-index.js';

function indexOf(...documents: ReadonlyArray<readonly [title: string, text: string]>): NameIndex {
  const index = new NameIndex();
  for (const [title, text] of documents) index.add('bank', spelledTerms(title, text).terms);
  return index;
}

describe('NameIndex', () => {
  const index = indexOf(
    ['The Osprey card', 'Pay with the Osprey. Reports show error E14.'],
    ['Linking a card', 'You can link it under Cards > Linking. Free of charge.'],
    ['Charges', 'We charge nothing. Cards are free.'],
  );

  it('knows what is always written in upper case, in whatever case a question has it', () => {
    expect(index.namesIn('does the osprey charge for linking', ['bank'])).toEqual(['osprey']);
    expect(index.namesIn('What are Ospreys?', ['bank'])).toEqual(['osprey']);
    expect(index.namesIn('what does error e14 mean', ['bank'])).toEqual(['e14']);
  });

  it('takes no word for a name that begins a sentence or is written in lower case elsewhere', () => {
    expect(index.namesIn('Reports, pay, free, charges, links', ['bank'])).toEqual([]);
  });

  it('knows the names of the given tenants only, as long as they have the document', () => {
    const { terms } = spelledTerms('The Egret card', 'It is free.');
    index.add('other', terms);
    expect(index.namesIn('egret', ['bank'])).toEqual([]);
    expect(index.namesIn('egret', ['bank', 'other'])).toEqual(['egret']);
    index.remove('other', terms);
    expect(index.namesIn('egret', ['bank', 'other'])).toEqual([]);
  });

  it('takes no name that many documents have', () => {
    const many = indexOf(...Array.from({ length: 3 }, (_, n) => [`Card ${n}`, 'Made by the Osprey bank.'] as const));
    expect(many.namesIn('osprey', ['bank'])).toEqual([]);
  });

  it('reads a word without end in linear time', () => {
    for (const word of ['a', 'A', '1', 'é'])
      expect([word, timeGrowth((chars) => spelledTerms('Title', word.repeat(chars)), 4_000) < LINEAR]).toEqual([
        word,
        true,
      ]);
  });
});
