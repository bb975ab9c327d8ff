import type { TextAnalysis } from '@llmos/contracts/capabilities/analysis';
import { describeFindings } from './findings-sentence.js';

const english = { language: { code: 'en', confidence: 1, supported: true } };
const german = {
  language: { code: 'de', confidence: 1, supported: false },
  error: { code: 'unsupported_language' as const, message: '' },
};
const unclear = { language: { code: 'und', confidence: 0, supported: true } };
const withSentiment = (label: 'positive' | 'negative') => ({
  ...english,
  sentiment: { start: 0, end: 1, label, confidence: 1, positive: 0.5 },
});

describe('describeFindings', () => {
  it.each<[readonly TextAnalysis[], string]>([
    [[withSentiment('positive')], 'The text is English and positive.'],
    [
      [{ ...english, topics: [{ start: 0, end: 9, label: 'billing', confidence: 1 }] }],
      'The text is English. It is about billing.',
    ],
    [[{ ...withSentiment('positive'), ...unclear }], 'The text is positive.'],
    [[unclear], 'The text is read as English.'],
    [[german], 'The text is in German, which is not supported yet, so it was not analysed.'],
    [
      [withSentiment('positive'), withSentiment('negative'), german],
      'Of 3 texts 1 is positive, 1 is negative, 1 is in a language that is not supported.',
    ],
    [[english, english], '2 texts were read.'],
  ])('describes example %# of findings in one or two sentences', (analyses, sentence) =>
    expect(describeFindings(analyses)).toBe(sentence),
  );
});
