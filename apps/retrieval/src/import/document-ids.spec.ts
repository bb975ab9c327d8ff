import { DocumentIds } from './document-ids.js';

describe('DocumentIds', () => {
  it('makes an id of the source that is the same in every import', () => {
    const ids = (): (string | undefined)[] => {
      const all = new DocumentIds();
      return [
        all.idOf('guides/Freeze a card.md', {}),
        all.idOf('https://www.example.org/help/cards?page=2', {}),
        all.idOf('faq.csv#3', { key: 'Is it free?' }),
        all.idOf('x.md', { id: 'own-id' }),
        all.idOf('ééé.md', {}),
      ];
    };
    const made = ids();
    expect(made.slice(0, 4)).toEqual([
      'guides-freeze-a-card',
      'example-org-help-cards-page-2',
      'faq-is-it-free',
      'own-id',
    ]);
    expect(ids()).toEqual(made);
  });

  it('gives two sources two ids, and refuses an own id that another document has', () => {
    const ids = new DocumentIds();
    const made = [
      'a/b.md',
      'a/b.html',
      'a-b.md',
      '使用.md',
      '付款.md',
      `${'x'.repeat(300)}1`,
      `${'x'.repeat(300)}2`,
    ].map((source) => ids.idOf(source, {}));
    expect(new Set(made).size).toBe(made.length);
    for (const id of made) expect(id).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/);
    expect(ids.idOf('c.md', { id: 'same' })).toBe('same');
    expect(ids.idOf('d.md', { id: 'same' })).toBeUndefined();
  });
});
