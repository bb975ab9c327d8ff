import { existsSync, mkdirSync, readlinkSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { FakePrograms } from '../../test/fake-programs.js';
import { findNatsServer } from './nats-binary.js';

describe('findNatsServer', () => {
  let programs: FakePrograms;
  beforeEach(() => {
    programs = new FakePrograms();
  });
  afterEach(() => programs.remove());

  const fake = (name: string, version: string) => programs.add(name, `echo "nats-server: v${version}"`);
  const noNetwork = () => Promise.reject(new Error('no network here'));
  const find = (options: { given?: string; fetch?: () => Promise<string> } = {}) =>
    findNatsServer({ home: programs.home, searchPath: programs.searchPath, fetch: noNetwork, ...options });
  const link = () => join(programs.home, 'bin', 'nats-server');

  it('takes a program from the path that is new enough, and links it', async () => {
    const path = fake('nats-server', '2.12.6');
    expect((await find()).command('/x')).toEqual([path]);
    expect(readlinkSync(link())).toBe(path);
  });

  it('downloads the program when the one in the path is too old', async () => {
    fake('nats-server', '2.10.0');
    const fetched = fake('fetched', '2.15.1');
    expect((await find({ fetch: () => Promise.resolve(fetched) })).found).toBe('nats-server 2.15.1');
    expect(realpathSync(link())).toBe(fetched);
  });

  it('never makes a link that leads to itself', async () => {
    const path = fake('nats-server', '2.15.1');
    await find();
    const other = join(programs.home, 'other');
    mkdirSync(other);
    symlinkSync(join(programs.home, 'bin'), join(other, 'bin'));
    const options = { home: other, searchPath: '/bin', fetch: noNetwork, given: link() };
    for (let time = 0; time < 2; time++) expect((await findNatsServer(options)).command('/x')).toEqual([path]);
    expect(realpathSync(link())).toBe(path);
  });

  it('replaces a broken link', async () => {
    mkdirSync(join(programs.home, 'bin'));
    symlinkSync(link(), link());
    const fetched = fake('fetched', '2.15.1');
    await find({ fetch: () => Promise.resolve(fetched) });
    expect(existsSync(link())).toBe(true);
  });

  it('reports what to install when there is no program', async () => {
    await expect(find()).rejects.toMatchObject({
      message: expect.stringMatching(/^No nats-server 2.12.6 or newer was found.*no network here/) as string,
      hint: expect.stringContaining('install it') as string,
    });
    await expect(find({ given: '/nowhere/nats-server' })).rejects.toThrow(/LLMOS_NATS_SERVER names \/nowhere/);
  });
});
