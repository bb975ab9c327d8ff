import { heardWords, hearingErrors } from './heard-words.js';

describe('words are compared by their sound, however they are written', () => {
  it.each([
    ['twenty twenty-four', '2024'],
    ['two thousand three hundred employees', '2,300 employees'],
    ['four two four two', '4242'],
    ['zero eight zero zero, one two three', '0800-123'],
    ['two pounds fifty', '£2.50'],
    ['forty nine dollars and ninety nine cents', '$49.99'],
    ['four point two five percent', '4.25%'],
    ['nine a m to five thirty p m', '9 a.m. to 5.30 p.m.'],
    ['the twelfth of May', 'the 12th of May'],
    ['any A T M in the U K', 'any ATM in the UK'],
    ['the F A Q', 'the F. A. Q.'],
    ['help at example dot com', 'helpat example.com'],
    ['Mastercard', 'master card'],
    ['reference B seven four one nine', 'reference B7419'],
    ['Doctor Lee, Park Street, et cetera', 'Dr. Lee, Park St., etc.'],
  ])('%s: %s', (spoken, heard) => expect(hearingErrors(spoken, heard)).toMatchObject({ errors: 0 }));

  it.each([
    ['four hours', 'for hours', 1],
    ['thirteen months', 'thirty months', 2],
    ['your pin', 'your pen', 1],
    ['It is free.', '', 3],
    ['free', 'free of charge', 2],
  ])('%s: %s has %i errors', (spoken, heard, errors) => expect(hearingErrors(spoken, heard).errors).toBe(errors));

  it('numbers are words digit by digit', () =>
    expect(heardWords('£1,299 twice')).toEqual(['1', '2', '9', '9', 'pounds', 'twice']));
});
