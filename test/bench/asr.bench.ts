/**
 * Measures speed and accuracy of the speech service on the two recordings of the catalog's `moonshine-samples`.
 *
 * Run alone, after a build, with Node 24:
 *
 *     node test/bench/asr.bench.ts
 *
 * It measures `apps/asr/dist`. "Bare" is a loop over the same model files on one thread and nothing else: voice
 * activity, encoder and decoder on samples decoded beforehand. "Service" is the call that the service's step awaits:
 * bytes in, worker thread, decoding, resampling, transcript out. Both alternate and the fastest round of each counts,
 * so that a busy machine slows both alike.
 */
import { readFile } from 'node:fs/promises';
import { baseConfig, loadConfig } from '@llmos/config';
import { ModelStore } from '@llmos/models';

const judge = new URL('../../apps/asr/test/word-errors.ts', import.meta.url).href;
const { REFERENCES, wordErrors, wordsOf } = (await import(
  judge
)) as typeof import('../../apps/asr/test/word-errors.js');

type Source = typeof import('../../apps/asr/src/adapters/recogniser-loader.js') &
  typeof import('../../apps/asr/src/adapters/recogniser-files.js') &
  typeof import('../../apps/asr/src/adapters/moonshine.adapter.js') &
  typeof import('../../apps/asr/src/adapters/audio-decoder.adapter.js');
type Recogniser = Awaited<ReturnType<Source['loadRecogniser']>>['recogniser'];
type Service = Awaited<ReturnType<Source['MoonshineAdapter']['start']>>;
type Decoder = InstanceType<Source['AudioDecodeAdapter']>;

export interface AsrFigures {
  /** Seconds of computation per second of audio, in the service. */
  readonly rtf: number;
  readonly bareRtf: number;
  /** Service divided by bare: the cost of decoding, threads and glue code. */
  readonly ratio: number;
  /** Share of wrong words over both recordings. */
  readonly wer: number;
  readonly words: number;
  readonly errors: number;
  readonly audioSeconds: number;
}

const ROUNDS = 5;
const MAX_DURATION_SECONDS = 600;

export async function benchAsr(): Promise<AsrFigures> {
  const { MoonshineAdapter, AudioDecodeAdapter, recogniserFiles } = await builtService();
  const { home, root, catalogPath } = loadConfig(baseConfig);
  const store = await ModelStore.open({ home, catalogPath, root });
  const files = await recogniserFiles(store, 'moonshine-tiny');
  const paths = await store.ensure('moonshine-samples');
  const recordings = [await readFile(paths['two_cities'] as string), await readFile(paths['beckett'] as string)];
  const service = await MoonshineAdapter.start({ files, workers: 1, maxDurationSeconds: MAX_DURATION_SECONDS });
  const bare = await bareLoop(files, new AudioDecodeAdapter({ maxDurationSeconds: MAX_DURATION_SECONDS }), recordings);
  try {
    return await measure(service, bare, recordings);
  } finally {
    await service.close();
    await bare.release();
  }
}

async function measure(service: Service, bare: BareLoop, recordings: Buffer<ArrayBuffer>[]): Promise<AsrFigures> {
  const heard: Awaited<ReturnType<Service['transcribe']>>[] = [];
  for (const recording of recordings) heard.push(await service.transcribe({ audio: recording }));
  await bare.run();
  const [serviceMs, bareMs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    bareMs.push(await clocked(() => bare.run()));
    serviceMs.push(
      await clocked(async () => {
        for (const recording of recordings) await service.transcribe({ audio: recording });
      }),
    );
  }
  const audioSeconds = heard.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
  const references = [REFERENCES.twoCities, REFERENCES.beckett];
  const words = references.reduce((sum, text) => sum + wordsOf(text).length, 0);
  const errors = references.reduce((sum, text, i) => sum + wordErrors(text, heard[i]?.text ?? ''), 0);
  const [rtf, bareRtf] = [Math.min(...serviceMs) / 1_000 / audioSeconds, Math.min(...bareMs) / 1_000 / audioSeconds];
  return { rtf, bareRtf, ratio: rtf / bareRtf, wer: errors / words, words, errors, audioSeconds };
}

interface BareLoop {
  run(): Promise<void>;
  release(): Promise<void>;
}

/** The same models on decoded samples, on this thread. */
async function bareLoop(
  files: Parameters<Source['loadRecogniser']>[0],
  decoder: Decoder,
  recordings: Buffer[],
): Promise<BareLoop> {
  const decoded: Awaited<ReturnType<Decoder['decode']>>[] = [];
  for (const recording of recordings) decoded.push(await decoder.decode(recording));
  const { loadRecogniser } = await builtService();
  let next = 0;
  const ready = { decode: () => Promise.resolve(decoded[next] as (typeof decoded)[number]) };
  const { recogniser, release } = await loadRecogniser(files, { maxDurationSeconds: MAX_DURATION_SECONDS }, ready);
  const run = async () => {
    for (next = 0; next < decoded.length; next += 1)
      await (recogniser satisfies Recogniser).transcribe({ audio: new Uint8Array() });
  };
  return { run, release };
}

async function clocked(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function builtService(): Promise<Source> {
  const names = ['recogniser-loader', 'recogniser-files', 'moonshine.adapter', 'audio-decoder.adapter'];
  const modules = names.map(
    (name) => import(new URL(`../../apps/asr/dist/adapters/${name}.js`, import.meta.url).href) as Promise<object>,
  );
  return Object.assign({}, ...(await Promise.all(modules))) as Source;
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await benchAsr(), null, 2)}\n`);
