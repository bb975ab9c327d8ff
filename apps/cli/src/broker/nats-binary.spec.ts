import type { ModelStore } from '@llmos/models';
import {
  chmodSync,
  existsSync,
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
import type { FetchReport } from '../models/fetch-models.js';
import { findNatsServer } from './nats-binary.js';

const quiet: FetchReport = { begin() {}, progress() {}, notice() {}, end() {} };

describe('findNatsServer', () => {
  let home: string;
  let programs: string;
  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'llmos-find-')));
    programs = join(home, 'programs');
    mkdirSync(programs);
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const fake = (name: string, version: string) => {
    const path = join(programs, name);
    writeFileSync(path, `#!/bin/sh\necho "nats-server: v${version}"\n`);
    chmodSync(path, 0o755);
    return path;
  };
  /** A store that has, or cannot get, the program. */
  const store = (binary?: string) =>
    ({
      find: () => Promise.resolve(binary === undefined ? undefined : { binary }),
      ensure: () => Promise.reject(new Error('no network here')),
    }) as unknown as ModelStore;
  const find = (options: { given?: string; store?: ModelStore } = {}) =>
    findNatsServer({ home, searchPath: `${programs}:/bin`, store: store(), report: quiet, ...options });
  const link = () => join(home, 'bin', 'nats-server');

  it('takes one from the path when it is new enough, and leaves a link to it', async () => {
    const path = fake('nats-server', '2.12.6');
    expect((await find()).command('/x')).toEqual([path]);
    expect(readlinkSync(link())).toBe(path);
  });

  it('passes over one that is too old, and fetches', async () => {
    fake('nats-server', '2.10.0');
    const fetched = fake('fetched', '2.15.1');
    expect((await find({ store: store(fetched) })).found).toBe('nats-server 2.15.1');
    expect(realpathSync(link())).toBe(fetched);
  });

  it('never makes a link that leads to itself', async () => {
    const path = fake('nats-server', '2.15.1');
    await find();
    const other = join(home, 'other');
    mkdirSync(other);
    symlinkSync(join(home, 'bin'), join(other, 'bin'));
    const options = { home: other, searchPath: '/bin', store: store(), report: quiet, given: link() };
    for (let time = 0; time < 2; time++) expect((await findNatsServer(options)).command('/x')).toEqual([path]);
    expect(realpathSync(link())).toBe(path);
  });

  it('mends a link that leads nowhere', async () => {
    mkdirSync(join(home, 'bin'));
    symlinkSync(link(), link());
    await find({ store: store(fake('fetched', '2.15.1')) });
    expect(existsSync(link())).toBe(true);
  });

  it('says what to install when there is none', async () => {
    await expect(find()).rejects.toMatchObject({
      message: expect.stringMatching(/^No nats-server 2.12.6 or newer was found.*no network here/) as string,
      hint: expect.stringContaining('install it') as string,
    });
    await expect(find({ given: '/nowhere/nats-server' })).rejects.toThrow(/LLMOS_NATS_SERVER names \/nowhere/);
  });
});
