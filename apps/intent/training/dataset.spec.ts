import { DATA_PATH, parseCsv, readQuestions, stratifiedParts } from './dataset.ts';

describe('parseCsv', () => {
  it('reads quotes, commas and line ends within fields', () => {
    expect(parseCsv('text,category\r\n"a ""b"", c\nd",x\nplain,y\n')).toEqual([
      ['text', 'category'],
      ['a "b", c\nd', 'x'],
      ['plain', 'y'],
    ]);
  });
});

describe('readQuestions', () => {
  it('reads the whole training data', async () => {
    const { texts, labels, names } = await readQuestions(DATA_PATH);
    expect({ texts: texts.length, labels: labels.length, names: names.length }).toEqual({
      texts: 10_003,
      labels: 10_003,
      names: 77,
    });
    expect(names).toContain('card_arrival');
  });
});

describe('stratifiedParts', () => {
  const labels = Int32Array.from({ length: 120 }, (_, row) => row % 3);

  it('gives every part its share of every class', () => {
    const part = stratifiedParts(labels, 4, 7);
    for (let label = 0; label < 3; label++) {
      const counts = [0, 0, 0, 0];
      part.forEach((its, row) => (counts[its]! += labels[row] === label ? 1 : 0));
      expect(counts).toEqual([10, 10, 10, 10]);
    }
  });

  it('depends on the seed alone', () => {
    expect(stratifiedParts(labels, 4, 7)).toEqual(stratifiedParts(labels, 4, 7));
    expect(stratifiedParts(labels, 4, 7)).not.toEqual(stratifiedParts(labels, 4, 8));
  });
});
