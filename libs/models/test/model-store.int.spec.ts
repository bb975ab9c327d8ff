import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ModelStore, type EnsureOptions, type HubSettings } from '../src/index.js';
import { FileServer } from './file-server.fixture.js';

const content = randomBytes(400_000);
const hash = sha256(content);
/** A stall is the subject of one test: in the others a process that stands still for a moment is no reason to retry. */
const http = { firstRetryMs: 5, maxAttempts: 3, stallTimeoutMs: 60_000 };
const STALLED = { stallTimeoutMs: 300 };
let folder: string;
let server: FileServer;

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A catalog of one model, `m`, of one file, `model`. */
async function writeCatalog(file: Record<string, unknown>, model: Record<string, unknown> = {}): Promise<string> {
  const catalogPath = join(folder, 'deploy/models.yaml');
  const fields = { use: 'asr', description: 'a test', licence: 'MIT', ...model };
  const catalog = { models: { m: { ...fields, files: { model: { filename: 'model.bin', ...file } } } } };
  await mkdir(dirname(catalogPath), { recursive: true });
  await writeFile(catalogPath, JSON.stringify(catalog));
  return catalogPath;
}

async function openStore(
  sources: unknown[],
  file: Record<string, unknown> = {},
  settings: HubSettings = {},
): Promise<ModelStore> {
  const catalogPath = await writeCatalog({ sha256: hash, sizeBytes: content.length, sources, ...file });
  return ModelStore.open({ home: join(folder, 'home'), catalogPath, http: { ...http, ...settings } });
}

async function ensureFile(store: ModelStore, options?: EnsureOptions): Promise<string> {
  const { model } = await store.ensure('m', options);
  const bytes = await readFile(model ?? '');
  expect(sha256(bytes)).toBe(hash);
  return model ?? '';
}

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llmos-store-'));
  server = await new FileServer(new Map([['/model.bin', content]])).start();
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('ModelStore', () => {
  it('fetches over HTTP with progress, keeps the file by its hash, and fetches it only once', async () => {
    const store = await openStore([`${server.url}/model.bin`]);
    await expect(store.find('m')).resolves.toBeUndefined();
    const seen: (number | undefined)[] = [];
    const path = await ensureFile(store, {
      onProgress: (progress) => seen.push(progress.receivedBytes, progress.totalBytes),
    });
    expect(path).toBe(join(folder, 'home/models/sha256', hash, 'model.bin'));
    expect(seen.slice(-2)).toEqual([content.length, content.length]);
    await ensureFile(store);
    expect(server.requests).toHaveLength(1);
    await expect(store.find('m')).resolves.toEqual({ model: path });
    await expect(store.list()).resolves.toMatchObject([{ name: 'm', sizeBytes: content.length, present: true }]);
    expect(await filesIn(join(folder, 'home/models'))).toEqual(['model.bin']);
  });

  it('takes a relative path source from the folder above the catalog, and makes an executable executable', async () => {
    await writeFile(join(folder, 'local.bin'), content);
    const path = await ensureFile(await openStore([{ path: 'local.bin' }], { executable: true }));
    expect((await stat(path)).mode & 0o777).toBe(0o755);
  });

  it('resumes a broken download as often as needed', async () => {
    server.chunkDelayMs = 2;
    server.cuts.push(120_000, 80_000, 120_000, 40_000);
    await ensureFile(await openStore([`${server.url}/model.bin`]));
    expect(server.requests.length).toBe(5);
    expect(server.requests.slice(1).every(({ range }) => range !== undefined)).toBe(true);
  });

  it('starts over if the server sends no validator', async () => {
    server.withEtag = false;
    server.cuts.push(120_000);
    await ensureFile(await openStore([`${server.url}/model.bin`]));
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, undefined]);
  });

  it('resumes after an interruption, also in another process', async () => {
    const store = await openStore([`${server.url}/model.bin`]);
    const controller = new AbortController();
    server.chunkDelayMs = 20;
    const interrupted = store.ensure('m', {
      signal: controller.signal,
      onProgress: ({ receivedBytes }) => receivedBytes > 100_000 && controller.abort(new Error('interrupted')),
    });
    await expect(interrupted).rejects.toThrow('interrupted');
    expect(await filesIn(join(folder, 'home/models/sha256'))).toEqual([]);
    server.chunkDelayMs = 0;
    await ensureFile(await openStore([`${server.url}/model.bin`]));
    expect(server.requests.at(-1)?.range).toMatch(/^bytes=\d{6}-$/);
  });

  it('starts over if the file has changed on the server between two attempts', async () => {
    server.put('/model.bin', randomBytes(400_000));
    server.cuts.push(120_000, 0, 0, 0);
    const store = await openStore([`${server.url}/model.bin`]);
    await expect(store.ensure('m')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    server.cuts.length = 0;
    server.put('/model.bin', content);
    await ensureFile(store);
  });

  it('retries after errors of the server, and treats a stall as a broken connection', async () => {
    server.failures.push(503, 429);
    await ensureFile(await openStore([`${server.url}/model.bin`]));
    await rm(join(folder, 'home'), { recursive: true });
    server.silent = true;
    const stalled = await openStore([`${server.url}/model.bin`], {}, STALLED);
    await expect(stalled.ensure('m')).rejects.toThrow('no data for 300 ms');
  });

  it('follows up to five redirects, and refuses a loop', async () => {
    server.redirect('/a', '/b');
    server.redirect('/b', `${server.url}/model.bin`);
    await ensureFile(await openStore([`${server.url}/a`]));
    await rm(join(folder, 'home'), { recursive: true });
    server.redirect('/ring', '/ring');
    await expect((await openStore([`${server.url}/ring`])).ensure('m')).rejects.toThrow('more than 5 redirects');
  });

  it('fetches a hub file at its revision, and sends the token to the hub only', async () => {
    const storage = await new FileServer(new Map([['/blob', content]])).start();
    try {
      server.redirect('/org/repo.x/resolve/abc123/onnx/model.bin', `${storage.url}/blob`);
      const hub = { hubUrl: `${server.url}/`, hubToken: 'secret' };
      await ensureFile(await openStore(['hf:org/repo.x@abc123#onnx/model.bin'], {}, hub));
      expect(server.requests[0]?.authorization).toBe('Bearer secret');
      expect(storage.requests).toEqual([{ url: '/blob', range: undefined, authorization: undefined }]);
    } finally {
      await storage.stop();
    }
  });

  it('names both hashes when the content is wrong, and keeps nothing', async () => {
    const wrong = randomBytes(content.length);
    server.put('/model.bin', wrong);
    const store = await openStore([`${server.url}/model.bin`]);
    const error = await store.ensure('m').catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining(hash) as string });
    expect(error).toMatchObject({ message: expect.stringContaining(sha256(wrong)) as string });
    expect(await filesIn(join(folder, 'home'))).toEqual([]);
  });

  it('refuses a file larger than in the catalog', async () => {
    server.put('/model.bin', Buffer.concat([content, content]));
    await expect((await openStore([`${server.url}/model.bin`])).ensure('m')).rejects.toThrow(
      'has 800000 bytes, not 400000',
    );
  });

  it('tries the sources in order, and lists the failure of each if none has the file', async () => {
    await ensureFile(await openStore([{ path: 'absent.bin' }, `${server.url}/absent`, `${server.url}/model.bin`]));
    await rm(join(folder, 'home'), { recursive: true });
    const store = await openStore([{ path: 'absent.bin' }, `${server.url}/absent`, 'hf:a/b@main#c']);
    const inbox = join(folder, 'home/models/inbox/m/model.bin');
    const error = await store.ensure('m').catch((thrown: unknown) => thrown as Error);
    for (const part of ['absent.bin: no such file', 'answered 404', 'no model hub is configured', inbox]) {
      expect((error as Error).message).toContain(part);
    }
    await mkdir(dirname(inbox), { recursive: true });
    await writeFile(inbox, content);
    await ensureFile(store);
  });

  it('verifies the files on disk', async () => {
    const store = await openStore([`${server.url}/model.bin`]);
    await expect(store.verify('m')).resolves.toEqual({ model: 'missing' });
    const path = await ensureFile(store);
    await expect(store.verify('m')).resolves.toEqual({ model: 'ok' });
    await writeFile(path, randomBytes(content.length));
    await expect(store.verify('m')).resolves.toEqual({ model: 'mismatch' });
  });

  it('rejects at once on an abort while another caller fetches', async () => {
    const store = await openStore([`${server.url}/model.bin`]);
    server.chunkDelayMs = 20;
    const first = ensureFile(store);
    await once(process, 'nothing', { signal: AbortSignal.timeout(30) }).catch(() => undefined);
    await expect(store.ensure('m', { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    await first;
  });
});

describe('ModelStore across processes', () => {
  const script = resolve(import.meta.dirname, 'fixtures/ensure.process.mjs');
  const startProcess = (catalogPath: string): ChildProcess =>
    spawn(process.execPath, [script, join(folder, 'home'), catalogPath, 'm'], { stdio: ['ignore', 'pipe', 'pipe'] });

  it('fetches once for several concurrent processes', async () => {
    server.chunkDelayMs = 50;
    const catalogPath = await writeCatalog({ sha256: hash, sources: [`${server.url}/model.bin`] });
    const processes = [1, 2, 3].map(() => startProcess(catalogPath));
    const codes = await Promise.all(processes.map(async (child) => (await once(child, 'close'))[0] as number));
    expect(codes).toEqual([0, 0, 0]);
    expect(server.requests).toHaveLength(1);
  });

  it('takes over and resumes the download of a killed process', async () => {
    server.holdAt = content.length / 2;
    const catalogPath = await writeCatalog({ sha256: hash, sources: [`${server.url}/model.bin`] });
    const killed = startProcess(catalogPath);
    if (killed.stderr) await once(killed.stderr, 'data');
    killed.kill('SIGKILL');
    await once(killed, 'close');
    await expect(access(join(folder, 'home/models/locks/m.lock'))).resolves.toBeUndefined();
    server.holdAt = Infinity;
    await ensureFile(await ModelStore.open({ home: join(folder, 'home'), catalogPath }));
    expect(server.requests.at(-1)?.range).toBeDefined();
  });
});
