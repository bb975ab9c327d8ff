import { Tensor, type InferenceSession } from '@llmos/models/inference';

const PAST = 'past_key_values.';

type Shaped = Extract<InferenceSession['inputMetadata'][number], { readonly shape: readonly unknown[] }>;

/**
 * The keys and values of the decoder's attention, kept from step to step: those of the decoder grow with every step,
 * those of the encoder stay as the first step gave them. Layers and sizes are read from the model's own description.
 */
export class MoonshineCache {
  private readonly tensors: Record<string, Tensor> = {};
  private steps = 0;

  /** @param inputs of the decoder, as its session describes them. */
  constructor(inputs: InferenceSession['inputMetadata'], rows: number) {
    for (const { name, shape } of inputs.filter((input) => input.name.startsWith(PAST)) as Shaped[]) {
      const [, heads, , headSize] = shape.map(Number);
      this.tensors[name] = new Tensor('float32', new Float32Array(), [rows, heads ?? 0, 0, headSize ?? 0]);
    }
  }

  inputs(): Record<string, Tensor> {
    return { ...this.tensors, use_cache_branch: new Tensor('bool', Uint8Array.of(this.steps > 0 ? 1 : 0), [1]) };
  }

  /** After the first step the encoder's half is not requested: the cached branch of the graph does not compute it. */
  outputNames(): string[] {
    return ['logits', ...this.updated().map((name) => presentOf(name))];
  }

  update(outputs: Record<string, unknown>): void {
    for (const name of this.updated()) this.tensors[name] = outputs[presentOf(name)] as Tensor;
    this.steps += 1;
  }

  private updated(): string[] {
    return Object.keys(this.tensors).filter((name) => this.steps === 0 || name.includes('.decoder.'));
  }
}

function presentOf(name: string): string {
  return name.replace(PAST, 'present.');
}
