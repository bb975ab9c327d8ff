import { DeviceSlots, WorkerPool } from '@llmos/models';
import type { Recording, Transcriber, Transcript } from '../ports/transcriber.port.js';
import type { MoonshineWorkerInit, TranscribeCall } from './moonshine.worker.js';
import { StopFlag } from './stop-flag.js';

export interface MoonshineAdapterOptions extends MoonshineWorkerInit {
  /** Threads, each with its own models: about 170 MB, and up to 260 MB more during a recording of ten minutes. */
  readonly workers: number;
}

/** Tests run from source, but a thread cannot run TypeScript modules: there the built worker is used. */
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/adapters/moonshine.worker.js' : './moonshine.worker.js',
  import.meta.url,
);

/** Recognition in worker threads: decoding and inference block the thread they run on for seconds. */
export class MoonshineAdapter implements Transcriber {
  private constructor(private readonly pool: WorkerPool) {}

  /** Resolves when every worker has loaded its models. */
  static async start({ workers, ...init }: MoonshineAdapterOptions): Promise<MoonshineAdapter> {
    const slots = DeviceSlots.of(init.device ?? 'cpu');
    return new MoonshineAdapter(
      await WorkerPool.start({ module: WORKER, init, size: workers, name: 'moonshine', slots }),
    );
  }

  async transcribe({ audio: sent, contentType }: Recording, signal?: AbortSignal): Promise<Transcript> {
    const stop = new StopFlag();
    const raise = () => stop.raise();
    signal?.addEventListener('abort', raise, { once: true });
    // A copy, because the recording may be a view into a larger buffer, all of which would be transferred.
    const audio = new Uint8Array(sent);
    const call: TranscribeCall = { audio, contentType, stop: stop.memory };
    try {
      return await this.pool.call<Transcript>('transcribe', call, { signal, transfer: [audio.buffer] });
    } finally {
      signal?.removeEventListener('abort', raise);
    }
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}
