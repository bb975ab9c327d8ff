import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newRunId } from '@llmos/contracts';
import { waitFor } from '@llmos/testing';
import { Artifacts } from './artifacts.js';
import { MemoryObjects, MemoryRecords } from './memory-stores.js';
import { Registry } from './registry.js';
import { ServedVersions } from './served-versions.js';
import { artifactSchema, versionSchema } from './version-record.js';

const stores = () => ({ records: new MemoryRecords(), objects: new MemoryObjects() });
const errors: unknown[] = [];
afterEach(() => expect(errors.splice(0)).toEqual([]));

/** A replica's registry. `shredded` lists tenants whose keys were destroyed at that time. */
function registryOf({ records, objects }: ReturnType<typeof stores>, shredded = new Map<string, number>()) {
  const atRest = {
    encrypts: false,
    seal: (_: string, __: string, ___: string, bytes: Uint8Array) => Promise.resolve(bytes),
    open: (_: string, __: string, ___: string, bytes: Uint8Array) => Promise.resolve(bytes),
    shreddedSince: (tenant: string, ms: number) => ms <= (shredded.get(tenant) ?? 0),
  };
  const files = new Artifacts({ objects, purpose: 'test', atRest });
  const version = versionSchema.extend(artifactSchema.shape);
  const fromLegacy = (value: unknown) =>
    value === 'old' ? { version: 'legacy', object: 'old-object', sha256: '', sizeBytes: 0 } : undefined;
  const onError = (_: string, error: unknown) => errors.push(error);
  return new Registry({ records, files, atRest, version, keep: 2, fromLegacy, onError });
}

const bytes = (text: string) => Buffer.from(text);
const REPLACES = { replaces: true };

describe('Registry', () => {
  it('adds a version once, however often its run is delivered, and serves it in every replica', async () => {
    const shared = stores();
    const [one, other] = [registryOf(shared), registryOf(shared)];
    await Promise.all([one.start(), other.start()]);
    const version = newRunId();
    const revision = await one.addFile('acme', bytes('model'), { version }, REPLACES);
    expect(await one.addFile('acme', bytes('other bytes'), { version }, REPLACES)).toBe(revision);
    await other.reached('acme', revision);
    expect(other.servingOf('acme')).toMatchObject({ version, sizeBytes: 5 });
    expect(await shared.objects.names()).toHaveLength(1);
  });

  it('removes the files of versions that are no longer kept, and all of them with the record', async () => {
    const shared = stores();
    const registry = registryOf(shared);
    await registry.start();
    for (const text of ['a', 'b', 'c']) await registry.addFile('acme.x', bytes(text), { version: text }, REPLACES);
    expect((await shared.objects.names()).map((name) => name.split('.')[1])).toEqual(['b', 'c']);
    expect(await registry.rollback('acme.x', 'r')).toMatchObject({ serving: 'b', before: 'c' });
    expect(await registry.rollback('acme.x', 'r')).toMatchObject({ serving: 'b', before: 'c' });
    await registry.delete('acme.x');
    expect(registry.keys()).toEqual([]);
    expect(await shared.objects.names()).toEqual([]);
  });

  it('reads a value from before there were version records, and replaces it', async () => {
    const shared = stores();
    await shared.records.update('acme', bytes('"old"'), 0);
    const registry = registryOf(shared);
    await registry.start();
    expect(registry.servingOf('acme')?.version).toBe('legacy');
    await registry.addFile('acme', bytes('new'), { version: 'v1' }, REPLACES);
    expect(registry.recordOf('acme')).toMatchObject({ serving: 'v1', before: ['legacy'] });
  });

  it('discards a version whose training data was destroyed while it was trained', async () => {
    const shared = stores();
    const shredded = new Map<string, number>();
    const registry = registryOf(shared, shredded);
    await registry.start();
    const version = newRunId();
    shredded.set('acme', Date.now());
    const adding = registry.addFile('acme', bytes('model'), { version }, REPLACES);
    await expect(adding).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await shared.objects.names()).toEqual([]);
    expect(registry.keys()).toEqual([]);
  });
});

describe('ServedVersions', () => {
  it('opens the serving version, closes it when another one or none serves, and keeps only the files of kept versions', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'llmos-registry-'));
    try {
      const registry = registryOf(stores());
      const closed: string[] = [];
      const open = async (path: string) => {
        const text = await readFile(path, 'utf8');
        return { text, close: () => void closed.push(text) };
      };
      const onError = (_: string, error: unknown) => errors.push(error);
      const served = new ServedVersions({ registry, folder, extension: '.model', open, onError });
      await served.start();
      const { signal } = new AbortController();
      for (const text of ['a', 'b', 'c']) {
        const revision = await registry.addFile('acme', bytes(text), { version: text }, REPLACES);
        await served.reached('acme', revision, signal);
        expect(served.get('acme')?.model.text).toBe(text);
      }
      expect(closed).toEqual(['a', 'b']);
      await waitFor('the old file to go', async () => (await readdir(join(folder, 'acme'))).length === 2);
      await registry.delete('acme');
      await waitFor('the last version to be closed', () => closed.length === 3);
      expect(served.get('acme')).toBeUndefined();
      await registry.addFile('acme', bytes('d'), { version: 'd' }, REPLACES);
      await waitFor('the next version', () => served.get('acme')?.model.text === 'd');
      served.stop();
      expect(closed).toEqual(['a', 'b', 'c', 'd']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
