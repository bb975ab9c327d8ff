import { serveWorker } from '@llmos/models/worker';

// The codecs run in a worker, in Node's realm as in the service, not in the realm of the test runner.
const built = new URL('../dist/adapters/audio-decoder.adapter.js', import.meta.url).href;
const { AudioDecodeAdapter } = (await import(built)) as typeof import('../src/adapters/audio-decoder.adapter.js');

serveWorker(({ maxDurationSeconds }: { maxDurationSeconds: number }) => {
  const decoder = new AudioDecodeAdapter({ maxDurationSeconds });
  return { decode: (bytes: Uint8Array) => decoder.decode(bytes) };
});
