import type { Embedder, LoadProgress } from '@llmos/models';
import { TunedHead } from './head/tuned-head.js';
import { tryUntil } from './try-until.js';

export interface SecondStageOptions {
  /** Of the encoder with the update that lies beside the head. */
  readonly embedding: Omit<Embedder, 'encode'>;
  /** Path of the head's description. */
  readonly headPath: string;
  /** Told each time that texts are judged without it because it failed. */
  readonly onFallback: (error: unknown) => void;
  /** Told each time that it could not be loaded; it is tried again. */
  readonly onLoadFailure: (error: unknown) => void;
  readonly retryMs?: number;
}

const RETRY_MS = 30_000;

/** The fine-tuned encoder and its head. There or not, they never make a screening fail: the first stage goes on alone. */
export class SecondStage {
  private loaded?: TunedHead;

  constructor(private readonly options: SecondStageOptions) {}

  /** Absent while it cannot be had. */
  get head(): TunedHead | undefined {
    return this.loaded;
  }

  /**
   * Resolves when it is there, or has failed: then it is tried again until it is, or the signal aborts.
   * @param firstHead hash of the first head's numbers, which it must have been fitted to.
   */
  async load(firstHead: string, report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void> {
    if (await this.hasLoaded(firstHead, report, signal)) return;
    const retry = { retryMs: this.options.retryMs ?? RETRY_MS, signal };
    void tryUntil(() => this.hasLoaded(firstHead, () => undefined, signal), retry);
  }

  /** Vectors of the fine-tuned encoder, or `undefined` when it fails. Rejects with the signal's reason on abort. */
  async embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[] | undefined> {
    try {
      return await this.options.embedding.embed(texts, signal);
    } catch (error) {
      signal?.throwIfAborted();
      this.options.onFallback(error);
      return undefined;
    }
  }

  close(): Promise<void> {
    return this.options.embedding.close();
  }

  private async hasLoaded(
    firstHead: string,
    report: (progress: LoadProgress) => void,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const { embedding, headPath, onLoadFailure } = this.options;
    try {
      const head = await TunedHead.read(headPath, firstHead);
      await embedding.start(report, signal);
      this.loaded = head;
      return true;
    } catch (error) {
      signal?.throwIfAborted();
      onLoadFailure(error);
      return false;
    }
  }
}
