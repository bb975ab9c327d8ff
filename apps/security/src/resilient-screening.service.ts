import { isLlmosError, type ErrorCode, type InputOf, type OutputOf } from '@llmos/contracts';
import type { screen } from '@llmos/contracts/capabilities/security';
import type { Embedder, LoadProgress } from '@llmos/models';
import type { ScreeningService } from './screening/screening.service.js';
import { tryUntil } from './screening/try-until.js';

type Screening = Pick<ScreeningService, 'load' | 'screen' | 'close'>;

const RETRY_MS = 30_000;
const MODEL_FAILURES: ReadonlySet<ErrorCode> = new Set([
  'UNAVAILABLE',
  'OVERLOADED',
  'DEADLINE_EXCEEDED',
  'MODEL_LOADING',
  'INTERNAL',
]);

/** Said as the model of a verdict that the rules alone came to. */
export const RULES_ALONE = 'rules';

/** An embedding model that gives no vectors: what is screened with it is judged by the rules alone. */
export class NoEmbedding implements Omit<Embedder, 'encode'> {
  constructor(readonly model: string) {}

  start(): Promise<void> {
    return Promise.resolve();
  }

  embed(): Promise<Float32Array[]> {
    return Promise.resolve([]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export interface FallbackListener {
  /** Told of each text that the rules alone judged. */
  readonly onFallback: () => void;
  /** Told when the model could not be loaded; it is tried again. */
  readonly onLoadFailure: (error: unknown) => void;
}

/**
 * Screens with the model, and by the rules alone while the model fails or cannot be had: attacks in known words are
 * still found, and the verdict's `model` says `rules`.
 */
export class ResilientScreening {
  constructor(
    private readonly full: Screening,
    private readonly rules: Screening,
    private readonly listener: FallbackListener,
    private readonly retryMs = RETRY_MS,
  ) {}

  /**
   * Resolves when texts can be screened, be it by the rules alone: the model is then tried again until it is there.
   * Rejects when the rules cannot be had, or the signal aborts.
   */
  async load(report: (progress: LoadProgress) => void, signal: AbortSignal): Promise<void> {
    await this.rules.load(report, signal);
    if (await this.hasLoaded(report, signal)) return;
    void tryUntil(() => this.hasLoaded(() => undefined, signal), { retryMs: this.retryMs, signal });
  }

  async screen(request: InputOf<typeof screen>, signal?: AbortSignal): Promise<OutputOf<typeof screen>> {
    try {
      return await this.full.screen(request, signal);
    } catch (error) {
      if (signal?.aborted || !isModelFailure(error)) throw error;
      this.listener.onFallback();
      return { ...(await this.rules.screen(request, signal)), model: RULES_ALONE };
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.full.close(), this.rules.close()]);
  }

  private async hasLoaded(report: (progress: LoadProgress) => void, signal: AbortSignal): Promise<boolean> {
    try {
      await this.full.load(report, signal);
      return true;
    } catch (error) {
      if (signal.aborted) throw error;
      this.listener.onLoadFailure(error);
      return false;
    }
  }
}

/** A verdict and a caller's mistake are told as they are. */
function isModelFailure(error: unknown): boolean {
  return !isLlmosError(error) || MODEL_FAILURES.has(error.code);
}
