import { readFile } from 'node:fs/promises';
import { LlmosError } from '@llmos/contracts';
import { openSession, Tensor, type InferenceSession } from '../inference/session.js';
import { filledGraph } from './onnx-initializers.js';
import { TextTokenizer } from './text-tokenizer.js';
import type { Gradient, PairBatch } from './tunable-encoder.js';
import { serveWorker } from '../inference/worker-serve.js';

/** What the worker is started with; survives structured clone. */
export interface TunableEncoderInit {
  readonly model: string;
  readonly tokenizer: string;
  readonly encoderGraph: string;
  readonly gradientGraph?: string | undefined;
  readonly maxTokens: number;
}

serveWorker(async ({ model, tokenizer: path, encoderGraph, gradientGraph, maxTokens }: TunableEncoderInit) => {
  const tokenizer = await TextTokenizer.load(path, maxTokens);
  const encoder = await loadSession(encoderGraph, model);
  const differentiator = gradientGraph === undefined ? undefined : await loadSession(gradientGraph, model);

  const embed = async ({ text, update }: { text: string; update: Float32Array }): Promise<Float32Array> => {
    const { vectors } = await encoder.run(feeds([tokenizer.tokenise(text).ids], update));
    return numbersOf(vectors);
  };
  const gradient = async ({ texts, same, weight, update }: PairBatch): Promise<Gradient> => {
    if (!differentiator)
      throw new LlmosError('INTERNAL', 'This encoder was started without the graph of its gradient.');
    const pairs = [texts.length, texts.length];
    const output = await differentiator.run({
      ...feeds(
        texts.map((text) => tokenizer.tokenise(text).ids),
        update,
      ),
      same: new Tensor('float32', same, pairs),
      weight: new Tensor('float32', weight, pairs),
    });
    return { loss: numbersOf(output.loss)[0] ?? NaN, gradient: numbersOf(output.gradient) };
  };
  const close = () => Promise.all([encoder.release(), differentiator?.release()]);
  return { embed, gradient, close };
});

async function loadSession(graph: string, model: string): Promise<InferenceSession> {
  try {
    return await openSession({ model: filledGraph(await readFile(graph), await readFile(model)) });
  } catch (cause) {
    const message = `The graph ${graph} could not be filled from ${model}. Was it built for this model? Is it complete?`;
    throw new LlmosError('UNAVAILABLE', message, { cause });
  }
}

/** Shorter texts are padded; the mask hides the padding. */
function feeds(texts: readonly (readonly number[])[], update: Float32Array): Record<string, Tensor> {
  const longest = Math.max(...texts.map(({ length }) => length));
  const shape = [texts.length, longest];
  const ids = new BigInt64Array(texts.length * longest);
  const mask = new BigInt64Array(texts.length * longest);
  texts.forEach((text, row) => {
    ids.set(BigInt64Array.from(text, BigInt), row * longest);
    mask.fill(1n, row * longest, row * longest + text.length);
  });
  return {
    input_ids: new Tensor('int64', ids, shape),
    attention_mask: new Tensor('int64', mask, shape),
    update: new Tensor('float32', update, [update.length]),
  };
}

function numbersOf(tensor: Tensor | undefined): Float32Array {
  return tensor?.data as Float32Array;
}
