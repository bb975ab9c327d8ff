/**
 * Compares the speed of the generation service with bare llama.cpp, with the same model file on one thread.
 *
 * Run alone, after a build, with Node 24:
 *
 *     node test/bench/generation.bench.ts
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { baseConfig, loadConfig } from '@llmos/config';
import { ModelStore } from '@llmos/models';
import { getLlama } from 'node-llama-cpp';

type Source = typeof import('../../apps/generation/src/adapters/llama-cpp.adapter.js');
type LlamaCppModel = Awaited<ReturnType<Source['LlamaCppModel']['load']>>;

const built = new URL('../../apps/generation/dist/adapters/llama-cpp.adapter.js', import.meta.url).href;
const { LlamaCppModel } = (await import(built)) as Source;

export interface GenerationFigures {
  /** Through the service's adapter: chat template, queue, streaming of text. */
  readonly tokensPerSecond: number;
  /** Bare llama.cpp: decode and sample in a loop, nothing else. */
  readonly bareTokensPerSecond: number;
  readonly ratio: number;
  /** While the adapter generates. */
  readonly eventLoopP99Ms: number;
}

/** The lowest level of the binding, which the package does not export: the closest to llama.cpp without JavaScript. */
interface BareContext {
  initBatch(size: number): void;
  addToBatch(sequence: number, position: number, tokens: Uint32Array, logits: Uint32Array): Uint32Array;
  decodeBatch(): Promise<void>;
  sampleToken(logit: number | undefined, sampler: unknown): Promise<number>;
  disposeSequence(sequence: number): void;
}
interface BareSampler {
  applyConfig(config: { temperature: number }): void;
  dispose(): void;
}

const TOKENS = 96;
const ROUNDS = 6;
const QUESTION = 'Write a long story about a fox and a river.';
const PROMPT = `<|im_start|>user\n${QUESTION}<|im_end|>\n<|im_start|>assistant\n`;
const never = new AbortController().signal;

/**
 * Tokens per second on one thread, service and bare llama.cpp in alternating rounds. The fastest round of each counts,
 * so that a busy machine slows both alike. Reading the prompt is not counted. The event loop is measured in a separate
 * round, because the measurement has a cost.
 */
export async function benchGeneration(): Promise<GenerationFigures> {
  const modelPath = await modelFile();
  const model = await LlamaCppModel.load({
    name: 'smollm2-135m',
    modelPath,
    threads: 1,
    gpu: 'off',
    sequences: 1,
    maxWaiting: 1,
    contextTokens: 1_024,
  });
  const bare = await openBare(modelPath);
  let tokensPerSecond = 0;
  let bareTokensPerSecond = 0;
  for (let round = 0; round < ROUNDS; round++) {
    tokensPerSecond = Math.max(tokensPerSecond, await adapterSpeed(model));
    bareTokensPerSecond = Math.max(bareTokensPerSecond, await bare.speed());
  }
  const eventLoopP99Ms = await eventLoopDelay(model);
  await Promise.all([model.close(), bare.close()]);
  return { tokensPerSecond, bareTokensPerSecond, ratio: tokensPerSecond / bareTokensPerSecond, eventLoopP99Ms };
}

async function eventLoopDelay(model: LlamaCppModel): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await adapterSpeed(model);
  delay.disable();
  return delay.percentile(99) / 1e6;
}

async function modelFile(): Promise<string> {
  const { home, root, catalogPath } = loadConfig(baseConfig);
  const store = await ModelStore.open({ home, catalogPath, root });
  const { model = '' } = await store.ensure('smollm2-135m');
  return model;
}

async function adapterSpeed(model: LlamaCppModel): Promise<number> {
  let startedAt = 0;
  const onText = () => {
    startedAt ||= performance.now();
    return undefined;
  };
  const { outputTokens } = await model.generate([{ role: 'user', content: QUESTION }], {
    maxTokens: TOKENS,
    temperature: 0,
    signal: never,
    onText,
  });
  return ((outputTokens - 1) / (performance.now() - startedAt)) * 1_000;
}

async function openBare(modelPath: string): Promise<{ speed(): Promise<number>; close(): Promise<void> }> {
  const llama = await getLlama({ build: 'never', gpu: false, maxThreads: 1, progressLogs: false });
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({ sequences: 1, contextSize: 1_024, threads: 1 });
  const native = (context as unknown as { _ctx: BareContext })._ctx;
  const { AddonSampler } = (llama as unknown as { _bindings: { AddonSampler: new (model: unknown) => BareSampler } })
    ._bindings;
  const sampler = new AddonSampler((model as unknown as { _model: unknown })._model);
  sampler.applyConfig({ temperature: 0 });
  const prompt = Uint32Array.from(model.tokenize(PROMPT, true));
  const speed = async () => {
    let token = await step(native, sampler, 0, prompt);
    const startedAt = performance.now();
    for (let i = 0; i < TOKENS - 1; i++) token = await step(native, sampler, prompt.length + i, Uint32Array.of(token));
    const tookMs = performance.now() - startedAt;
    native.disposeSequence(0);
    return ((TOKENS - 1) / tookMs) * 1_000;
  };
  const close = async () => {
    sampler.dispose();
    await llama.dispose();
  };
  return { speed, close };
}

async function step(native: BareContext, sampler: BareSampler, position: number, tokens: Uint32Array): Promise<number> {
  native.initBatch(tokens.length);
  const [logit] = native.addToBatch(0, position, tokens, Uint32Array.of(tokens.length - 1));
  await native.decodeBatch();
  return native.sampleToken(logit, sampler);
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await benchGeneration(), null, 2)}\n`);
