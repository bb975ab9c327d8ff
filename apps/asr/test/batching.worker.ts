import { serveWorker } from '@llmos/models/worker';
import type { MoonshineFiles } from '../src/adapters/moonshine.js';

// The model runs in a worker, in Node's realm as in the service, not in the realm of the test runner.
const built = new URL('../dist/adapters/moonshine.js', import.meta.url).href;
const { Moonshine } = (await import(built)) as typeof import('../src/adapters/moonshine.js');

serveWorker((files: MoonshineFiles) => ({
  transcribe: async ({ pieces, batchSize }: { pieces: Float32Array[]; batchSize: number }) => {
    const moonshine = await Moonshine.load(files, { batchSize });
    const recognised = await moonshine.transcribe(pieces);
    await moonshine.release();
    return recognised.map(({ text }) => text);
  },
}));
