import { EntryKeys } from './entry-keys.js';

describe('EntryKeys', () => {
  const keys = new EntryKeys('test');
  const conversation = { tenant: 'acme', kind: 'conversation', id: 'c1' };

  it('begins every key with the prefix and the tenant', () => {
    expect(keys.list(conversation)).toMatch(/^test:\{acme\}:list:conversation:[\w-]{22}$/);
    expect(keys.index({ tenant: 'acme', user: 'ann' })).toMatch(/^test:\{acme\}:user:[\w-]{22}$/);
  });

  it('shows neither ids nor users, whatever characters they have, and never mixes two up', () => {
    const texts = [
      'c1',
      'c1 ',
      '*',
      '}:list:conversation:x',
      'a\r\nDEL b',
      'ann@example.com',
      '\u0000',
      'é',
      'e\u0301',
    ];
    const all = texts.flatMap((text) => [
      keys.list({ ...conversation, id: text }),
      keys.list({ ...conversation, tenant: 'other', id: text }),
      keys.list({ ...conversation, kind: 'note', id: text }),
      keys.index({ tenant: 'acme', user: text }),
      keys.index({ tenant: 'other', user: text }),
    ]);
    expect(new Set(all).size).toBe(all.length);
    for (const key of all) expect(key).toMatch(/^test:\{(acme|other)\}:(list:(conversation|note)|user):[\w-]{22}$/);
  });

  it.each([
    ['tenant', { tenant: '' }],
    ['tenant', { tenant: 'a}:list' }],
    ['tenant', { tenant: 'x'.repeat(65) }],
    ['kind', { kind: 'a:b' }],
    ['kind', { kind: '' }],
    ['kind', { kind: 'Conversation' }],
    ['id', { id: '' }],
    ['id', { id: 'x'.repeat(513) }],
    ['id', { id: '\ud800' }],
  ])('refuses a bad %s: %p', (field, bad) => {
    expect(() => keys.list({ ...conversation, ...bad })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', field }) as Error,
    );
  });
});
