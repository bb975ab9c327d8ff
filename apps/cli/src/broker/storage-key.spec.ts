import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storageKey } from './storage-key.js';

describe("the key of the broker's files", () => {
  let home: string;
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'llmos-storage-key-'))));
  afterEach(() => rmSync(home, { recursive: true }));
  const keyFile = () => join(home, 'keys', 'broker.key');
  const ask = (folder = 'one', encryption = true) => storageKey({ home, brokerFolder: join(home, folder), encryption });

  it('is made once, for this user alone, and serves every checkout of a home', () => {
    const key = ask();
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
    expect([ask(), ask('two')]).toEqual([key, key]);
    expect(readFileSync(join(home, 'one', 'key-id'), 'utf8')).not.toContain(key);
  });

  it('is not asked for where nothing is encrypted, and still used for what is already', () => {
    expect(ask('one', false)).toBeUndefined();
    const key = ask();
    expect(ask('one', false)).toBe(key);
  });

  it('that is lost or another is an error that names both, never a new one', () => {
    ask();
    rmSync(keyFile());
    expect(() => ask()).toThrow(/encrypted with the key [0-9a-f]{16}, and .*broker.key is not there/);
    ask('two');
    expect(() => ask()).toThrow(/encrypted with the key [0-9a-f]{16}, and .*broker.key has [0-9a-f]{16}/);
  });
});
