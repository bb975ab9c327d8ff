import { DeviceSlots, WorkerPool } from '@llmos/models';
import type { Voice } from '../ports/voice.port.js';
import type { PiperWorkerInit } from './piper.worker.js';

export interface PiperAdapterOptions extends PiperWorkerInit {
  /** The name in the model catalog. */
  readonly model: string;
  /** Threads, each with its own voice: about 150 MB. */
  readonly workers: number;
}

/** Tests run from source, but a thread cannot run TypeScript modules: there the built worker is used. */
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/adapters/piper.worker.js' : './piper.worker.js',
  import.meta.url,
);

/** A Piper voice in worker threads: a run blocks the thread for a tenth of the time that the sound lasts. */
export class PiperAdapter implements Voice {
  private constructor(
    private readonly pool: WorkerPool,
    readonly model: string,
    readonly sampleRate: number,
  ) {}

  /** Resolves when every worker has loaded the voice and spoken once: the first run takes longer than others. */
  static async start({ model, workers, ...init }: PiperAdapterOptions): Promise<PiperAdapter> {
    const slots = DeviceSlots.of(init.device ?? 'cpu');
    const pool = await WorkerPool.start({ module: WORKER, init, size: workers, name: 'piper', slots });
    const [sampleRate] = await Promise.all(
      Array.from({ length: workers }, () => pool.call<number>('warmUp', undefined)),
    );
    return new PiperAdapter(pool, model, sampleRate!);
  }

  speak(words: string, signal?: AbortSignal): Promise<Int16Array> {
    return this.pool.call<Int16Array>('speak', words, signal ? { signal } : {});
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}
