import { LlmosError } from '@llmos/contracts';
import { ModelStore, TunableEncoder, type Gradient, type PairBatch } from '@llmos/models';
import { readTuningFiles } from '../tuning/tuning-files.js';
import { updateSize } from '../tuning/update-layout.js';

export interface CatalogTunableEncoderOptions {
  /** Name in the catalog. */
  readonly model: string;
  readonly home: string;
  readonly catalogPath: string;
  /** Whether it can also compute gradients. That needs a second graph with its own copy of the weights. */
  readonly trains: boolean;
  /** Longer texts are cut. */
  readonly maxTokens: number;
}

interface Started {
  readonly encoder: TunableEncoder;
  /** Length of an update. */
  readonly size: number;
}

/**
 * A {@link TunableEncoder} of the catalog. It is loaded on the first call, and again on the first call after `close`.
 */
export class CatalogTunableEncoder implements Pick<TunableEncoder, 'embed' | 'gradient' | 'close'> {
  private started?: Promise<Started> | undefined;

  constructor(private readonly options: CatalogTunableEncoderOptions) {}

  async embed(texts: readonly string[], update: Float32Array, signal?: AbortSignal): Promise<Float32Array[]> {
    const { encoder, size } = await this.start();
    if (update.length !== size) {
      const message = 'The classifier was trained with another encoder than this version uses. Train it again.';
      throw new LlmosError('INVALID_ARGUMENT', message, { field: 'classifier' });
    }
    return encoder.embed(texts, update, signal);
  }

  async gradient(batch: PairBatch, signal?: AbortSignal): Promise<Gradient> {
    return (await this.start()).encoder.gradient(batch, signal);
  }

  async close(): Promise<void> {
    const { started } = this;
    this.started = undefined;
    await (await started?.catch(() => undefined))?.encoder.close();
  }

  private start(): Promise<Started> {
    this.started ??= this.load().catch((error: unknown) => {
      this.started = undefined;
      throw error;
    });
    return this.started;
  }

  private async load(): Promise<Started> {
    const { model: name, home, catalogPath, trains, maxTokens } = this.options;
    const [store, files] = await Promise.all([ModelStore.open({ home, catalogPath }), readTuningFiles()]);
    const { model, tokenizer } = await store.ensure(name);
    if (!model || !tokenizer)
      throw new LlmosError('UNAVAILABLE', `The catalog's '${name}' lacks the file 'model' or 'tokenizer'.`);
    const { encoderGraph, gradientGraph, layout } = files;
    const graphs = { encoderGraph, gradientGraph: trains ? gradientGraph : undefined };
    return {
      encoder: await TunableEncoder.start({ model, tokenizer, ...graphs, maxTokens }),
      size: updateSize(layout),
    };
  }
}
