import type { HintedError } from '@llmos/contracts';
import { startS3Server, type TestS3Server } from '@llmos/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { removeOldest } from '../src/stores/backup-store.port.js';
import { localBackup } from '../src/stores/open-store.js';
import { S3Store, type S3Settings } from '../src/stores/s3-store.js';
import { startCuttingProxy, type CuttingProxy } from './fixtures/cutting-proxy.js';

const { jest } = import.meta;
/** Over the size of a part: it is sent in several. */
const LARGE_BYTES = 20_000_000;
const HOUR_MS = 3_600_000;

describe('Backups in a bucket', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmos-s3-int-'));
  const going = new AbortController().signal;
  let server: TestS3Server;
  let proxy: CuttingProxy;
  let place: string;
  const stores: S3Store[] = [];

  beforeAll(async () => {
    server = await startS3Server();
    proxy = await startCuttingProxy(server.settings.endpoint);
  });
  beforeEach(() => {
    place = `s3://${server.bucket}/${randomUUID()}`;
  });
  afterEach(async () => {
    for (const store of stores.splice(0)) store.close();
    const store = open();
    for (const address of await store.list()) await store.remove(address);
    stores.pop()?.close();
  });
  afterAll(async () => {
    await proxy.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  function open(settings: Partial<S3Settings> = {}, address = place): S3Store {
    const store = new S3Store(address, { ...server.settings, ...settings }, folder);
    stores.push(store);
    return store;
  }
  function file(store: S3Store, day: number, bytes: Uint8Array): string {
    const path = join(store.workFolder, `llmos-2026-01-0${day}T00-00-00.000Z.bak`);
    writeFileSync(path, bytes);
    return path;
  }
  const refusal = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: HintedError) => `${error.message} → ${error.hint}`,
    );

  it('are listed by age, leave no file behind on this machine, and come back as they were', async () => {
    const store = open();
    const large = randomBytes(LARGE_BYTES);
    let sent = 0;
    const address = await store.keep(file(store, 2, large), going, (bytes) => (sent = bytes));
    await store.keep(file(store, 1, Buffer.from('small')), going);
    expect(sent).toBe(LARGE_BYTES);
    expect(await store.list()).toEqual([1, 2].map((day) => `${place}/llmos-2026-01-0${day}T00-00-00.000Z.bak`));
    expect(readdirSync(store.workFolder)).toEqual([]);
    const back = await open().bring(address, going);
    expect(readFileSync(back).equals(large)).toBe(true);
    store.close();
    expect(existsSync(store.workFolder)).toBe(false);
  });

  it('go when they are the oldest, and nothing else goes', async () => {
    const store = open();
    for (const day of [1, 2, 3]) await store.keep(file(store, day, Buffer.from(`${day}`)), going);
    const other = open({}, `${place}/other`);
    await other.keep(file(other, 1, Buffer.from('of another installation')), going);
    const removed = await removeOldest(store, 2);
    expect(removed.map((address) => basename(address))).toEqual(['llmos-2026-01-01T00-00-00.000Z.bak']);
    expect(await store.list()).toHaveLength(2);
    expect(await other.list()).toHaveLength(1);
    for (const address of await other.list()) await other.remove(address);
  });

  it('are found by their address, and the newest by that of their place', async () => {
    const store = open();
    for (const day of [1, 2]) await store.keep(file(store, day, Buffer.from(`day ${day}`)), going);
    const options = { s3: server.settings, workFolder: folder };
    const read = async (from: string) => {
      const backup = await localBackup(from, options, going);
      try {
        return { origin: basename(backup.origin), text: readFileSync(backup.path, 'utf8') };
      } finally {
        backup.close();
        expect(existsSync(backup.path)).toBe(false);
      }
    };
    expect(await read(place)).toEqual({ origin: 'llmos-2026-01-02T00-00-00.000Z.bak', text: 'day 2' });
    const first = `${place}/llmos-2026-01-01T00-00-00.000Z.bak`;
    expect((await read(first)).text).toBe('day 1');
    expect(await refusal(localBackup(`${place}/none`, options, going))).toMatch(/There are no backups in s3:.*none/);
    await store.remove(first);
    expect(await refusal(localBackup(first, options, going))).toMatch(/2026-01-01.* is not there → .*removed since/);
    expect(readdirSync(folder).filter((name) => !stores.some((each) => each.workFolder.endsWith(name)))).toEqual([]);
  });

  it('are sent again where a connection breaks half-way', async () => {
    const store = open({ endpoint: proxy.url });
    const large = randomBytes(LARGE_BYTES);
    const before = proxy.cuts;
    proxy.cut('sent', 3_000_000, 1);
    const address = await store.keep(file(store, 1, large), going);
    expect(proxy.cuts).toBe(before + 1);
    expect(readFileSync(await open().bring(address, going)).equals(large)).toBe(true);
  });

  it('are not listed when the connection breaks again and again', async () => {
    const store = open({ endpoint: proxy.url });
    await store.keep(file(store, 1, Buffer.from('a good one')), going);
    proxy.cut('sent', 3_000_000, Infinity);
    const path = file(store, 2, randomBytes(LARGE_BYTES));
    expect(await refusal(store.keep(path, going))).toMatch(/connection to .* failed while it was to write .*network/);
    proxy.cut('sent', 0, 0);
    expect((await store.list()).map((address) => basename(address))).toEqual(['llmos-2026-01-01T00-00-00.000Z.bak']);
  });

  it('are not kept when they cannot be read back', async () => {
    const store = open({ endpoint: proxy.url });
    proxy.cut('received', 5_000_000, Infinity);
    expect(await refusal(store.keep(file(store, 1, randomBytes(LARGE_BYTES)), going))).toMatch(
      /failed while it was to read/,
    );
    proxy.cut('received', 0, 0);
    expect(await store.list()).toEqual([]);
  });

  it('are not sent when the command is stopped', async () => {
    const store = open();
    const stop = new AbortController();
    const work = store.keep(file(store, 1, randomBytes(LARGE_BYTES)), stop.signal, () => stop.abort());
    await expect(work).rejects.toThrow();
    expect(await store.list()).toEqual([]);
  });

  it('are refused for a reason that says what to do', async () => {
    const credentials = { ...server.settings.credentials, accessKeyId: 'NOBODY' };
    expect(await refusal(open({ credentials }).list())).toMatch(
      /does not know this access key → check AWS_ACCESS_KEY_ID/,
    );
    const missing = await refusal(open({}, 's3://no-such-bucket').list());
    expect(missing).toMatch(/There is no bucket no-such-bucket at http.* → make it/);
    expect(await refusal(open({ endpoint: 'http://127.0.0.1:1' }).list())).toMatch(/ECONNREFUSED.*AWS_ENDPOINT_URL/);
    expect(() => open({}, 's3://No_Bucket')).toThrow('is no address of a bucket');
    if (!server.checksSignatures) return;
    const secret = { ...server.settings.credentials, secretAccessKey: 'wrong' };
    expect(await refusal(open({ credentials: secret }).list())).toMatch(/rejects the signature.*AWS_SECRET_ACCESS_KEY/);
  });

  it('are reached with a clock that is an hour behind', async () => {
    const now = Date.now;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() - HOUR_MS);
    try {
      expect(await open().list()).toEqual([]);
    } finally {
      clock.mockRestore();
    }
  });
});
