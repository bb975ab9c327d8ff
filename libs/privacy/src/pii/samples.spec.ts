import { readFileSync } from 'node:fs';
import { redactText } from './redact-text.js';

const sample = (name: string): string => readFileSync(new URL(`../../test/samples/${name}`, import.meta.url), 'utf8');

describe('Inputs that were once redacted wrongly', () => {
  const lines = sample('redact.txt').trim().split('\n');

  it.each(
    [
      ['My card expires on 30 June 2026.'],
      ['Statement for 31 December 2023'],
      ['I bought 2 Playstation 5'],
      ['I live at [ADDRESS]'],
      ['[ADDRESS]'],
      ['[PHONE]'],
      ['[PHONE]'],
      ['call [PHONE] [PHONE]'],
      ['Dear Mrs. [PERSON],'],
      ['I bought it at amazon dot com'],
      ['[EMAIL]'],
      ['mr [PERSON] called'],
      ['hi [PERSON]'],
      ['account holder: [PERSON]'],
      ['Call me on [PHONE].'],
      ['my card number is [CARD]'],
    ].map(([redacted], at) => [lines[at], redacted]),
  )('%j becomes %j', (line, redacted) => {
    expect(redactText(line!)).toBe(redacted);
  });

  it('lose their numbers whatever separates the groups', () => {
    const texts = JSON.parse(sample('redact-unicode.json')) as string[];
    expect(texts.map((text) => redactText(text))).toEqual([
      'card [CARD]',
      'IBAN [IBAN]',
      'SSN [NATIONAL_ID]',
      'phone [PHONE]',
      ...Array<string>(4).fill('card [CARD]'),
    ]);
  });
});

describe('Sentences of bank customers', () => {
  it('get at most one false mark in 200', () => {
    const sentences = sample('bank-sentences.txt').trim().split('\n');
    const marked = sentences.filter((sentence) => redactText(sentence) !== sentence);
    expect(marked.length).toBeLessThanOrEqual(sentences.length / 200);
  });
});
