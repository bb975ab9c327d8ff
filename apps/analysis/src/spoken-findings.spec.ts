import type { TextAnalysis } from '@llmos/contracts/capabilities/analysis';
import { sayFindings } from './spoken-findings.js';

const english = { language: { code: 'en', confidence: 1, supported: true } };
const german = {
  language: { code: 'de', confidence: 1, supported: false },
  error: { code: 'unsupported_language' as const, message: '' },
};
const feeling = (label: 'positive' | 'negative') => ({
  ...english,
  sentiment: { start: 0, end: 1, label, confidence: 1, positive: 0.5 },
});

describe('findings in a sentence', () => {
  it.each<[readonly TextAnalysis[], string]>([
    [[feeling('positive')], 'The text is English and positive.'],
    [
      [{ ...english, topics: [{ start: 0, end: 9, label: 'billing', confidence: 1 }] }],
      'The text is English. It is about billing.',
    ],
    [[german], 'The text is in German, which is not supported yet; nothing else is said of it.'],
    [
      [feeling('positive'), feeling('negative'), german],
      'Of 3 texts 1 is positive, 1 is negative, 1 is in a language that is not supported.',
    ],
    [[english, english], '2 texts were read.'],
  ])('%#', (analyses, said) => expect(sayFindings(analyses)).toBe(said));
});
