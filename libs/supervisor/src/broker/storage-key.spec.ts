import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storageKeyFile } from './storage-key.js';

describe('storageKeyFile', () => {
  let home: string;
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'llmos-storage-key-'))));
  afterEach(() => rmSync(home, { recursive: true }));
  const keyFile = () => join(home, 'keys', 'broker.key');
  const keyFileFor = (folder = 'one', encryption = true) =>
    storageKeyFile({ home, brokerFolder: join(home, folder), encryption });

  it('makes one key per home, readable by its user alone, for every checkout', () => {
    expect(keyFileFor()).toBe(keyFile());
    const key = readFileSync(keyFile(), 'utf8').trim();
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
    expect([keyFileFor(), keyFileFor('two')]).toEqual([keyFile(), keyFile()]);
    expect(readFileSync(keyFile(), 'utf8').trim()).toBe(key);
    for (const file of readdirSync(join(home, 'one')))
      expect(readFileSync(join(home, 'one', file), 'utf8')).not.toContain(key);
  });

  it('returns no key without encryption, unless the data is already encrypted', () => {
    expect(keyFileFor('one', false)).toBeUndefined();
    keyFileFor();
    expect(keyFileFor('one', false)).toBe(keyFile());
  });

  it('reports a lost or a different key by the ids of both, and never makes a new one', () => {
    keyFileFor();
    rmSync(keyFile());
    expect(() => keyFileFor()).toThrow(/encrypted with the key [0-9a-f]{16}, and .*broker.key does not exist/);
    keyFileFor('two');
    expect(() => keyFileFor()).toThrow(/encrypted with the key [0-9a-f]{16}, and .*broker.key has [0-9a-f]{16}/);
    writeFileSync(keyFile(), '');
    for (const folder of ['one', 'three']) expect(() => keyFileFor(folder)).toThrow(/broker.key holds no key/);
  });
});
