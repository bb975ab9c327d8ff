import { defineConfig, setting, type ConfigOf } from '@llmos/config';
import { z } from 'zod';

const count = (most: number) => z.coerce.number().int().min(1).max(most);
const similarity = () => z.coerce.number().min(-1).max(1);

/** What the generation service can be told. */
export const generationConfig = defineConfig({
  /** A model of `deploy/models.yaml`, or, with a URL below, the model's name on that server. */
  model: setting('LLMOS_GENERATION_MODEL', z.string().min(1).default('smollm2-135m')),
  /** An OpenAI-compatible server to ask instead of a model in this process. */
  url: setting('LLMOS_GENERATION_URL', z.url({ protocol: /^https?$/ }).optional()),
  apiKey: setting('LLMOS_GENERATION_API_KEY', z.string().optional()),
  /** Native threads the model computes on. */
  threads: setting('LLMOS_GENERATION_THREADS', count(256).default(1)),
  /** The device; one GPU of several is chosen with CUDA_VISIBLE_DEVICES in the process's environment. */
  gpu: setting('LLMOS_GENERATION_GPU', z.enum(['off', 'cuda', 'vulkan', 'metal', 'auto']).default('off')),
  /** Answers generated at once, sharing each step of the model. */
  sequences: setting('LLMOS_GENERATION_SEQUENCES', count(256).default(4)),
  /** Answers that may wait for a sequence; the next is refused (a grounded one is then quoted from its passages). */
  queue: setting('LLMOS_GENERATION_QUEUE', count(10_000).default(32)),
  /** Tokens of prompt and answer each sequence can hold. */
  contextTokens: setting('LLMOS_GENERATION_CONTEXT', count(1_048_576).default(1_536)),
  /** Longest one call of the model may take, waiting included, in milliseconds. */
  timeoutMs: setting('LLMOS_GENERATION_TIMEOUT_MS', count(600_000).default(15_000)),
  /** About how many tokens of passages the model is shown. */
  promptTokens: setting('LLMOS_GENERATION_PROMPT_TOKENS', count(100_000).default(90)),
  /** Least similarity (MiniLM cosine) of a passage that may answer. */
  threshold: setting('LLMOS_GENERATION_THRESHOLD', similarity().default(0.35)),
  /** The same where the intent is `out_of_scope`. */
  thresholdOutOfScope: setting('LLMOS_GENERATION_THRESHOLD_OUT_OF_SCOPE', similarity().default(0.5)),
});
export type GenerationConfig = ConfigOf<typeof generationConfig>;
