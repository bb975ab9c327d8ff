import { serveWorker } from '@llmos/models';

// A worker of its own: the codecs run in Node's realm here, as in the service, and not in that of the test runner.
const built = new URL('../dist/adapters/audio-decoder.adapter.js', import.meta.url).href;
const { AudioDecodeAdapter } = (await import(built)) as typeof import('../src/adapters/audio-decoder.adapter.js');

serveWorker(({ maxDurationSeconds }: { maxDurationSeconds: number }) => {
  const decoder = new AudioDecodeAdapter({ maxDurationSeconds });
  return { decode: (bytes: Uint8Array) => decoder.decode(bytes) };
});
