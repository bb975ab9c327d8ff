import { ReaderThread } from './reader-thread.js';

/** A thread that reads an archive of three files, of which the second does what the test says. */
const threadThat = (fails: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort } from 'node:worker_threads';
      import { once } from 'node:events';
      for (;;) {
        const [{ from }] = await once(parentPort, 'message');
        for (let index = from; index < 3; index++) {
          parentPort.postMessage({ type: 'member', name: 'file' + index, index });
          if (index === 1) { ${fails} }
          const taken = once(parentPort, 'message');
          parentPort.postMessage({ type: 'found', found: { source: 'file' + index, document: { title: 'T', text: 'x' } } });
          await taken;
        }
        parentPort.postMessage({ type: 'end' });
      }`)}`,
  );

async function read(fails: string, documentMs = 3_000): Promise<string[]> {
  const reader = new ReaderThread({ documentMs, module: threadThat(fails) });
  const results: string[] = [];
  for (let time = 0; time < 2; time++)
    for await (const found of reader.read({ name: 'all.zip', bytes: new Uint8Array() }, new AbortController().signal))
      results.push('reason' in found ? `${found.source}: ${found.reason}` : found.source);
  await reader.close();
  return results;
}

describe('ReaderThread', () => {
  it('names a file on which its thread hangs, and reads the rest and the next file with a new one', async () => {
    const all = ['file0', 'file1: it takes too long to read', 'file2'];
    expect(await read('setInterval(() => undefined, 1_000); await new Promise(() => undefined);')).toEqual([
      ...all,
      ...all,
    ]);
  });

  it('names a file on which its thread dies', async () => {
    const all = ['file0', 'file1: it cannot be read within the memory for one file', 'file2'];
    expect(await read('process.exit(1);', 120_000)).toEqual([...all, ...all]);
  });

  it('names a file that unpacks to more than the memory for one, also outside the heap', async () => {
    const all = ['file0', 'file1: it cannot be read within the memory for one file', 'file2'];
    const fill = 'const kept = []; for (;;) if (kept.length < 120) kept.push(new Uint8Array(10_000_000).fill(1));';
    expect(await read(fill, 120_000)).toEqual([...all, ...all]);
  });

  it('gives its reason to a caller that ends it', async () => {
    const reader = new ReaderThread({
      module: threadThat('setInterval(() => undefined, 1_000); await new Promise(() => undefined);'),
    });
    const leaving = new AbortController();
    const reading = async (): Promise<void> => {
      for await (const found of reader.read({ name: 'all.zip', bytes: new Uint8Array() }, leaving.signal))
        if ('document' in found) leaving.abort(new Error('the caller has left'));
    };
    await expect(reading()).rejects.toThrow('the caller has left');
  });
});
