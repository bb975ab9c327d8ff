import { parentPort, workerData } from 'node:worker_threads';
import { replay, type ReplayInput } from '../replay.js';

const port = parentPort;
if (!port) throw new Error('replay.worker must run in a worker thread; use inReplayThread().');
// An error ends the thread, and its owner hears of it.
port.postMessage(await replay(JSON.parse(workerData as string) as ReplayInput));
port.close();
