import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedisServer } from './redis-binary.js';

describe('findRedisServer', () => {
  let home: string;
  let programs: string;
  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'llmos-find-redis-')));
    programs = join(home, 'programs');
    mkdirSync(programs);
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const fake = (name: string, script: string) => {
    const path = join(programs, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const find = (searchPath = `${programs}:/bin`) =>
    findRedisServer({ home, searchPath, fetch: () => Promise.reject(new Error('no network here')) });

  it('runs a program under the name that decides what it does, as in the package of Debian', async () => {
    fake('redis-check-rdb', 'case "$0" in *redis-server) echo "Redis server v=7.0.15 sha=0";; *) exit 1;; esac');
    const path = join(programs, 'redis-server');
    symlinkSync('redis-check-rdb', path);
    const link = join(home, 'bin', 'redis-server');
    expect(await find()).toMatchObject({ found: 'redis-server 7.0.15' });
    expect(readlinkSync(link)).toBe(path);
    // Found again through its own link.
    for (let time = 0; time < 2; time++) expect((await find('/bin')).command('/x')).toEqual([path]);
    expect(readlinkSync(link)).toBe(path);
  });

  it('does not use a server that is too old, and says in one line what to install', async () => {
    fake('redis-server', 'echo "Redis server v=6.0.16 sha=00000000:0"');
    await expect(find()).rejects.toMatchObject({
      message: expect.stringMatching(/^No redis-server 6.2.0 or newer was found.*no network here[^\n]*$/) as string,
      hint: expect.stringContaining('apt install redis-server') as string,
    });
  });
});
