import { parseArticle } from './help-centre.js';

describe('parseArticle', () => {
  it('reads the front matter and skips a text without one', () => {
    expect(parseArticle('---\nid: a\ntitle: A\nintents: [x, y]\n---\nText.\n')).toEqual({
      id: 'a',
      title: 'A',
      intents: ['x', 'y'],
      text: 'Text.\n',
    });
    expect(parseArticle('# Only a text')).toBeUndefined();
  });
});
