import { defineConfig, setting, type ConfigOf } from '@llmos/config';
import { LANGUAGE_MODEL_DEFAULTS } from '@llmos/models';
import { z } from 'zod';

const count = (most: number) => z.coerce.number().int().min(1).max(most);

function keysByModel(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(',').map((pair) => pair.trim().split(/=(.*)/s));
  return new Map(pairs.flatMap(([model, key]) => (model && key ? [[model, key]] : [])));
}

/** The settings of the generation service. */
export const generationConfig = defineConfig({
  /** A model of the catalog or, with a URL below, the model's name on that server. */
  model: setting('LLMOS_GENERATION_MODEL', z.string().min(1).default(LANGUAGE_MODEL_DEFAULTS.model)),
  /** An OpenAI-compatible server to use instead of a model in this process. */
  url: setting('LLMOS_GENERATION_URL', z.url({ protocol: /^https?$/ }).optional()),
  apiKey: setting('LLMOS_GENERATION_API_KEY', z.string().optional()),
  /** A file that names several models, instead of the three settings above. */
  backends: setting('LLMOS_GENERATION_BACKENDS', z.string().min(1).optional()),
  /** The keys of the servers in that file, by model: `<model>=<key>`, parted by commas. */
  apiKeys: setting('LLMOS_GENERATION_API_KEYS', z.string().default('').transform(keysByModel)),
  /** Native threads of the model. */
  threads: setting('LLMOS_GENERATION_THREADS', count(256).default(1)),
  /** The device; CUDA_VISIBLE_DEVICES in the process's environment selects one of several GPUs. */
  gpu: setting('LLMOS_GENERATION_GPU', z.enum(['off', 'cuda', 'vulkan', 'metal', 'auto']).default('off')),
  /** Answers generated at once; they share each step of the model. */
  sequences: setting('LLMOS_GENERATION_SEQUENCES', count(256).default(LANGUAGE_MODEL_DEFAULTS.sequences)),
  /** Answers that may wait for a sequence; the next is refused, and if grounded then quoted from its passages. */
  queue: setting('LLMOS_GENERATION_QUEUE', count(10_000).default(32)),
  /** Tokens of prompt and answer in each sequence. */
  contextTokens: setting('LLMOS_GENERATION_CONTEXT', count(1_048_576).default(LANGUAGE_MODEL_DEFAULTS.contextTokens)),
  /** Time limit of one call of the model, waiting included, in milliseconds. */
  timeoutMs: setting('LLMOS_GENERATION_TIMEOUT_MS', count(600_000).default(15_000)),
  /** Approximate number of tokens of passages in the prompt. */
  promptTokens: setting('LLMOS_GENERATION_PROMPT_TOKENS', count(100_000).default(90)),
  /**
   * Whether the model phrases grounded answers, which takes its time, or the passages are quoted. `auto`: as the
   * catalog says for the model; a model on a server phrases.
   */
  phrasing: setting('LLMOS_GENERATION_PHRASING', z.enum(['auto', 'on', 'off']).default('auto')),
  /** Minimum probability that the document of a passage answers the question. */
  minRelevance: setting('LLMOS_GENERATION_MIN_RELEVANCE', z.coerce.number().min(0).max(1).default(0.5)),
});
export type GenerationConfig = ConfigOf<typeof generationConfig>;
