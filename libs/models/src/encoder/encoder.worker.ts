import { LlmosError } from '@llmos/contracts';
import type { Encoded } from './encoded.js';
import { openMapped, type MappedSource } from './encoder-session.js';
import { Tensor, type InferenceSession } from '../inference/session.js';
import { TextTokenizer } from './text-tokenizer.js';
import { tokenSpans } from './token-spans.js';
import { serveWorker } from '../inference/worker-serve.js';

/** What a worker is started with; survives structured clone. */
export interface EncoderInit extends MappedSource {
  readonly tokenizer: string;
  readonly maxTokens: number;
  readonly pooling: 'mean' | 'cls';
}

serveWorker(async (init: EncoderInit) => {
  const tokenizer = await TextTokenizer.load(init.tokenizer, init.maxTokens);
  const session = await openMapped(init);
  const forward = async (ids: readonly number[]): Promise<Tensor> => {
    const output = await session.run(feeds(session, ids));
    const hidden = output[session.outputNames[0] ?? ''];
    if (!hidden) throw new LlmosError('INTERNAL', `The embedding model ${init.model} gave no output.`);
    return hidden;
  };
  const embed = async ({ text }: { text: string }): Promise<Float32Array> =>
    pool(await forward(tokenizer.tokenise(text).ids), init.pooling);
  const encode = async ({ text }: { text: string }): Promise<Encoded> => {
    const { ids, tokens } = tokenizer.tokenise(text);
    const hidden = await forward(ids);
    return {
      vector: pool(hidden, init.pooling),
      tokens: { states: hidden.data as Float32Array, ids, spans: tokenSpans(text, tokens) },
    };
  };
  return { embed, encode, close: () => session.release() };
});

function feeds(session: InferenceSession, ids: readonly number[]): Record<string, Tensor> {
  const shape = [1, ids.length];
  const inputs: Record<string, Tensor> = {
    input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), shape),
    attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape),
  };
  if (session.inputNames.includes('token_type_ids')) {
    inputs.token_type_ids = new Tensor('int64', new BigInt64Array(ids.length), shape);
  }
  return inputs;
}

/** The L2-normalised mean over the tokens (Sentence-BERT, Reimers & Gurevych 2019), or the first token. */
function pool(hidden: Tensor, pooling: 'mean' | 'cls'): Float32Array {
  const states = hidden.data as Float32Array;
  const vector = new Float32Array(hidden.dims[2] ?? 0);
  const end = pooling === 'mean' ? states.length : vector.length;
  for (let from = 0; from < end; from += vector.length) addTo(vector, states, from);
  normalise(vector);
  return vector;
}

function addTo(vector: Float32Array, states: Float32Array, from: number): void {
  for (let d = 0; d < vector.length; d++) vector[d] = (vector[d] ?? 0) + (states[from + d] ?? 0);
}

/** The mean's divisor cancels out here. */
function normalise(vector: Float32Array): void {
  const norm = Math.hypot(...vector) || 1;
  for (let d = 0; d < vector.length; d++) vector[d] = (vector[d] ?? 0) / norm;
}
