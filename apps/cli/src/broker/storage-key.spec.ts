import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storageKeyFile } from './storage-key.js';

describe("the key of the broker's files", () => {
  let home: string;
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'llmos-storage-key-'))));
  afterEach(() => rmSync(home, { recursive: true }));
  const keyFile = () => join(home, 'keys', 'broker.key');
  const ask = (folder = 'one', encryption = true) =>
    storageKeyFile({ home, brokerFolder: join(home, folder), encryption });

  it('is made once, for this user alone, and serves every checkout of a home', () => {
    expect(ask()).toBe(keyFile());
    const key = readFileSync(keyFile(), 'utf8').trim();
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
    expect([ask(), ask('two')]).toEqual([keyFile(), keyFile()]);
    expect(readFileSync(keyFile(), 'utf8').trim()).toBe(key);
    for (const file of readdirSync(join(home, 'one')))
      expect(readFileSync(join(home, 'one', file), 'utf8')).not.toContain(key);
  });

  it('is not asked for where nothing is encrypted, and still used for what is already', () => {
    expect(ask('one', false)).toBeUndefined();
    ask();
    expect(ask('one', false)).toBe(keyFile());
  });

  it('that is lost or another is an error that names both, never a new one', () => {
    ask();
    rmSync(keyFile());
    expect(() => ask()).toThrow(/encrypted with the key [0-9a-f]{16}, and .*broker.key is not there/);
    ask('two');
    expect(() => ask()).toThrow(/encrypted with the key [0-9a-f]{16}, and .*broker.key has [0-9a-f]{16}/);
    writeFileSync(keyFile(), '');
    for (const folder of ['one', 'three']) expect(() => ask(folder)).toThrow(/broker.key holds no key/);
  });
});
