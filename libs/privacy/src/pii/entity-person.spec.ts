import { findPii } from './find-pii.js';

/** What an entity model saw, in brackets, and how sure it was: the persons that are redacted then. */
function redactedOf(marked: string, confidence: number): string[] {
  const [before = '', name = '', behind = ''] = marked.split(/[[\]]/);
  const text = before + name + behind;
  const person = { start: before.length, end: before.length + name.length, confidence };
  return findPii(text, ['person'], [person]).map(({ start, end }) => text.slice(start, end));
}

describe('Of what an entity model takes for a person', () => {
  it.each([
    ['[Ted Baker] shoes', 0.96],
    ['[Captain America] shirt refund', 0.75],
    ['[Taylor Swift] tickets sold out', 0.99],
    ['[Jordan trainers] arrived late', 0.55],
    ['[Kelly Services] paid late', 0.76],
    ['[Arthur Andersen audit]', 0.78],
    ['The [Rosalba Quint] store in Dublin', 0.9],
    ['[Faith] in the bank is lost', 0.42],
    ['[Wade] in slowly', 0.76],
    ['[Bill me] in August', 0.47],
    ['Do you accept [Maestro]?', 0.45],
    ['[Rolls-Royce] still ships', 0.31],
    ["[Jamie]'s Italian went bust with my voucher", 0.97],
    ['[Joe] and the Juice billed me in kroner', 0.95],
    ['[Fraser] took the deposit for the sofa', 0.95],
    ['Smith and [Wollensky] took 12.5 percent', 0.96],
    ['[Ernst] and Young paid my salary late', 0.96],
    ['[Jessops] never sent the camera', 0.81],
  ])('nothing is redacted in %j', (marked, confidence) => expect(redactedOf(marked, confidence)).toEqual([]));

  it.each([
    ['the parcel of [Thorvald Eide] is lost', 0.82, 'Thorvald Eide'],
    ['We refunded [Alastair Penhaligon] in full', 0.6, 'Alastair Penhaligon'],
    ['[Mark], the clerk', 0.9, 'Mark'],
    ['[Zbyszek] wrote', 0.9, 'Zbyszek'],
    ['[Fraser] sent me the deposit', 0.95, 'Fraser'],
    ['Dear [Ms dos Santos],', 0.79, 'dos Santos'],
    ['[Policyholder Yusuf Haddad] called', 0.68, 'Yusuf Haddad'],
    ['[Sheikh Abdullah bin Zayed] visited us', 0.92, 'Abdullah bin Zayed'],
  ])('in %j at %d the person is redacted without titles', (marked, confidence, name) =>
    expect(redactedOf(marked, confidence)).toEqual([name]),
  );
});
