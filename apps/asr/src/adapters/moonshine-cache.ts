import { Tensor } from 'onnxruntime-node';

const LAYERS = 6;
const HEADS = 8;
const HEAD_SIZE = 36;
const SIDES = ['decoder', 'encoder'] as const;
const PARTS = ['key', 'value'] as const;

type Side = (typeof SIDES)[number];

/** What the decoder remembers of its steps: its own keys and values grow, those of the encoder stay as first told. */
export class MoonshineCache {
  private readonly tensors: Record<string, Tensor> = {};
  private steps = 0;

  constructor(rows: number) {
    for (const name of namesOf(SIDES)) {
      this.tensors[`past_key_values.${name}`] = new Tensor('float32', new Float32Array(), [rows, HEADS, 0, HEAD_SIZE]);
    }
  }

  inputs(): Record<string, Tensor> {
    return { ...this.tensors, use_cache_branch: new Tensor('bool', Uint8Array.of(this.steps > 0 ? 1 : 0), [1]) };
  }

  /** After the first step the encoder's halves are not asked for: that branch gives back nothing of use. */
  outputNames(): string[] {
    return ['logits', ...namesOf(this.updatedSides()).map((name) => `present.${name}`)];
  }

  update(outputs: Record<string, unknown>): void {
    for (const name of namesOf(this.updatedSides())) {
      this.tensors[`past_key_values.${name}`] = outputs[`present.${name}`] as Tensor;
    }
    this.steps += 1;
  }

  private updatedSides(): readonly Side[] {
    return this.steps === 0 ? SIDES : ['decoder'];
  }
}

function namesOf(sides: readonly Side[]): string[] {
  return Array.from({ length: LAYERS }, (_, layer) => layer).flatMap((layer) =>
    sides.flatMap((side) => PARTS.map((part) => `${layer}.${side}.${part}`)),
  );
}
