import { readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { FakePrograms } from '../../test/fake-programs.js';
import { findRedisServer } from './redis-binary.js';

describe('findRedisServer', () => {
  let programs: FakePrograms;
  beforeEach(() => {
    programs = new FakePrograms();
  });
  afterEach(() => programs.remove());

  const find = (searchPath = programs.searchPath) =>
    findRedisServer({ home: programs.home, searchPath, fetch: () => Promise.reject(new Error('no network here')) });

  it('runs a program under the name that decides what it does, as in the package of Debian', async () => {
    programs.add(
      'redis-check-rdb',
      'case "$0" in *redis-server) echo "Redis server v=7.0.15 sha=0";; *) exit 1;; esac',
    );
    const path = join(programs.folder, 'redis-server');
    symlinkSync('redis-check-rdb', path);
    const link = join(programs.home, 'bin', 'redis-server');
    expect(await find()).toMatchObject({ found: 'redis-server 7.0.15' });
    expect(readlinkSync(link)).toBe(path);
    // Found again through its own link.
    for (let time = 0; time < 2; time++) expect((await find('/bin')).command('/x')).toEqual([path]);
    expect(readlinkSync(link)).toBe(path);
  });

  it('does not use a server that is too old, and says in one line what to install', async () => {
    programs.add('redis-server', 'echo "Redis server v=6.0.16 sha=00000000:0"');
    await expect(find()).rejects.toMatchObject({
      message: expect.stringMatching(/^No redis-server 6.2.0 or newer was found.*no network here[^\n]*$/) as string,
      hint: expect.stringContaining('apt install redis-server') as string,
    });
  });
});
