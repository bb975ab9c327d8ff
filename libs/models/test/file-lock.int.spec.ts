import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { withFileLock } from '../src/store/file-lock.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llmos-lock-'));
  path = join(folder, 'a.lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('withFileLock', () => {
  it('runs one work at a time, and leaves no file', async () => {
    let inside = 0;
    let highest = 0;
    const work = async (): Promise<void> => {
      highest = Math.max(highest, ++inside);
      await new Promise((done) => setTimeout(done, 5));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 8 }, () => withFileLock(path, work)));
    expect(highest).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('releases the lock when the work fails', async () => {
    await expect(withFileLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(withFileLock(path, () => Promise.resolve('yes'))).resolves.toBe('yes');
  });

  it.each([
    ['of a process that died here', JSON.stringify({ pid: 2 ** 22 + 7, host: hostname() }), 0],
    ['long untouched, from elsewhere', JSON.stringify({ pid: 1, host: 'elsewhere' }), 120],
    ['long untouched, and empty', '', 120],
  ])('takes over a lock %s, and still runs one work at a time', async (_, content, ageSeconds) => {
    await writeFile(path, content);
    const then = new Date(Date.now() - ageSeconds * 1_000);
    await utimes(path, then, then);
    const order: string[] = [];
    const work = async (): Promise<void> => {
      order.push('in');
      await new Promise((done) => setTimeout(done, 10));
      order.push('out');
    };
    await Promise.all([1, 2, 3].map(() => withFileLock(path, work)));
    expect(order).toEqual(['in', 'out', 'in', 'out', 'in', 'out']);
  });

  it('stops waiting for a running holder on abort', async () => {
    await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname() }));
    const waiting = withFileLock(path, () => Promise.resolve(), AbortSignal.timeout(60));
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
