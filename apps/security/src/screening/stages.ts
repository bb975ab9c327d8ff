import type { Embedder } from '@llmos/models';
import type { FirstHead } from './head/first-head.js';
import type { CharacterHead } from './head/character-head.js';
import type { SecondHead } from './head/second-head.js';

/** The part of an embedder that a stage needs. */
export type Encoder = Omit<Embedder, 'encode'>;

/** Reported as the `model` of a request that the rules alone have judged. */
export const RULES_ALONE = 'rules';

/** `first`: the head on the shared encoder. `second`: the head on the fine-tuned encoder. */
export type StageName = 'first' | 'second';

/** A trained head and the encoder whose vectors it reads. */
export interface Stage<Head> {
  readonly head: Head;
  /** The name that the reply reports. */
  readonly model: string;
  readonly encoder: TolerantEncoder;
}

/**
 * An encoder as one request uses it: if it fails, the request continues without it and does not ask it again.
 *
 * This is the only place that catches a failing encoder. The breaker of the encoder decides whether the model is called
 * at all, and `Readiness.bring` repeats a start that failed.
 */
export class TolerantEncoder {
  private failed = false;

  constructor(
    private readonly encoder: Pick<Encoder, 'embed'>,
    private readonly onFailure: (error: unknown) => void,
    private readonly signal?: AbortSignal,
  ) {}

  get hasFailed(): boolean {
    return this.failed;
  }

  /** One vector per text; undefined if the encoder fails. Rejects only with the signal's reason. */
  async embed(texts: readonly string[]): Promise<Float32Array[] | undefined> {
    if (this.failed) return undefined;
    try {
      return await this.encoder.embed(texts, this.signal);
    } catch (error) {
      this.signal?.throwIfAborted();
      this.failed = true;
      this.onFailure(error);
      return undefined;
    }
  }
}

/** The stages of one request. */
export class Stages {
  constructor(
    readonly first: Stage<FirstHead>,
    private readonly hasSecondStage: boolean,
    /** Absent if it is switched off or was not loaded when the request began. */
    readonly second?: Stage<SecondHead>,
    /** Judges inputs beside the two stages; needs no encoder. */
    readonly characters?: CharacterHead,
  ) {}

  /** Whether every configured stage was available to this request. */
  get isComplete(): boolean {
    const { first, second, hasSecondStage } = this;
    return !first.encoder.hasFailed && (second ? !second.encoder.hasFailed : !hasSecondStage);
  }

  /** The strongest judge that was available to this request; a harmless text may not have needed it. */
  get model(): string {
    if (this.first.encoder.hasFailed) return RULES_ALONE;
    return this.second && !this.second.encoder.hasFailed ? this.second.model : this.first.model;
  }
}
