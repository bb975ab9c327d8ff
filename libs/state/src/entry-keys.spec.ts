import { EntryKeys, userHash } from './entry-keys.js';

describe('EntryKeys', () => {
  const keys = new EntryKeys('test');
  const conversation = { tenant: 'acme', kind: 'conversation', id: 'c1' };

  it('begins every key with the prefix and the tenant', () => {
    expect(keys.list(conversation)).toMatch(/^test:acme:conversation:[\w-]{22}$/);
    expect(keys.pattern('acme')).toBe('test:acme:*');
  });

  it('shows no id, whatever characters it has, and never mixes two up', () => {
    const texts = ['c1', 'c1 ', '*', ':conversation:x', 'a\r\nDEL b', 'ann@example.com', '\u0000', 'é', 'e\u0301'];
    const all = texts.flatMap((text) => [
      keys.list({ ...conversation, id: text }),
      keys.list({ ...conversation, tenant: 'other', id: text }),
      keys.list({ ...conversation, kind: 'note', id: text }),
    ]);
    expect(new Set(all).size).toBe(all.length);
    for (const key of all) expect(key).toMatch(/^test:(acme|other):(conversation|note):[\w-]{22}$/);
  });

  it('hides the names of users, differently for each tenant', () => {
    const hashes = [userHash({ tenant: 'acme', user: 'ann' }), userHash({ tenant: 'other', user: 'ann' })];
    expect(hashes).toEqual([expect.stringMatching(/^[\w-]{22}$/), expect.stringMatching(/^[\w-]{22}$/)]);
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  it.each([
    ['tenant', { tenant: '' }],
    ['tenant', { tenant: 'a:b' }],
    ['tenant', { tenant: '*' }],
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
