import { readingsOf } from './query-reading.js';
import { chooseReading } from './reading-choice.js';

const found = (text: string, relevance: number, withContext = false, document = 'a') => ({
  text,
  withContext,
  documents: 9,
  passages: [
    {
      id: `${document}#0`,
      document,
      title: 'Transfers abroad',
      text: 'A transfer to Canada takes two days.',
      score: 1,
      similarity: 0.5,
      relevance,
    },
  ],
});

describe('readingsOf', () => {
  it('reads a short question as a whole', () => {
    expect(readingsOf('How do I change my PIN?', undefined)).toEqual([
      { text: 'How do I change my PIN?', withContext: false },
    ]);
  });

  it('reads each sentence of a story alone too, and a follow-up with what was asked before', () => {
    const story = 'I was in Rome. The machine kept my card! What now?';
    expect(readingsOf(story, 'How much is cash?').map(({ text }) => text)).toEqual([
      story,
      'The machine kept my card!',
      `How much is cash? ${story}`,
    ]);
  });
});

describe('readingsOf a certain follow-up', () => {
  it('is the one with its context, so that nothing is searched in vain', () => {
    expect(readingsOf('to the US?', 'How much is a transfer?', true)).toEqual([
      { text: 'How much is a transfer? to the US?', withContext: true },
    ]);
    expect(readingsOf('to the US?', undefined, true)).toEqual([{ text: 'to the US?', withContext: false }]);
  });
});

describe('chooseReading', () => {
  const message = 'when does my sister get it';

  it('takes the sentence of a story that is answered better than the whole', () => {
    const readings = [found('whole', 0.3), found('sentence', 0.9)];
    expect(chooseReading(readings, 'possible').text).toBe('sentence');
    expect(chooseReading([found('whole', 0.88), found('sentence', 0.9)], 'possible').text).toBe('whole');
  });

  it('reads a certain follow-up with its context, and a new question alone', () => {
    const readings = [found(message, 0.8), found('with context', 0.9, true)];
    expect(chooseReading(readings, 'certain').text).toBe('with context');
    expect(chooseReading(readings, 'possible').text).toBe(message);
  });

  it('reads what seems to refer back with its context unless it is surely answered alone', () => {
    expect(chooseReading([found(message, 0.8), found('with context', 0.9, true)], 'likely').text).toBe('with context');
    expect(chooseReading([found(message, 0.97), found('with context', 0.9, true)], 'likely').text).toBe(message);
  });

  it('reads what nothing answers alone with its context, unless all of it is foreign there', () => {
    const context = found('with context', 0.9, true);
    expect(chooseReading([found('to Canada', 0.1), context], 'possible').text).toBe('with context');
    expect(chooseReading([found('recipe for chocolate cake', 0.1), context], 'possible').text).toBe(
      'recipe for chocolate cake',
    );
  });
});
