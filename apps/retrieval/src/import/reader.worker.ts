import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { readFile } from './read/read-file.js';
import type { ReaderMessage, ReaderTask } from './reader-thread.js';

/** Reads the files that it is sent and posts what it finds; each result waits until the one before was taken. */
if (!parentPort) throw new Error('the reader runs in a worker thread');
const port = parentPort;
const post = (message: ReaderMessage): void => port.postMessage(message);
for (;;) {
  const [{ file, from }] = (await once(port, 'message')) as [ReaderTask];
  const onMember = (name: string, index: number): void => post({ type: 'member', name, index });
  for await (const found of readFile(file, { from, onMember })) {
    const taken = once(port, 'message');
    post({ type: 'found', found });
    await taken;
  }
  post({ type: 'end' });
}
