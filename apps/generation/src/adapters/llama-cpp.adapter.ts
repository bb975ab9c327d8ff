import { LlmosError } from '@llmos/contracts';
import { threadsWithin } from '@llmos/models';
import type {
  ChatHistoryItem,
  ChatWrapper,
  Llama,
  LlamaContext,
  LlamaContextSequence,
  LlamaModel,
  SequenceEvaluateOptions,
  Token,
} from 'node-llama-cpp';
import type { ChatMessage, GenerateOptions, Generation, LanguageModel } from '../ports/language-model.port.js';
import { budgetSpent } from '../token-budget.js';
import { SequenceQueue } from './sequence-queue.js';
import { TokenText } from './token-text.js';

export type LlamaGpu = 'off' | 'cuda' | 'vulkan' | 'metal' | 'auto';

export interface LlamaCppOptions {
  /** The name that answers carry. */
  readonly name: string;
  /** A GGUF file. */
  readonly modelPath: string;
  readonly threads: number;
  readonly gpu: LlamaGpu;
  /** Answers generated at once; they share each step of the model (continuous batching). */
  readonly sequences: number;
  /** Calls that may wait for a sequence. */
  readonly maxWaiting: number;
  /** Tokens of prompt and answer in one sequence. */
  readonly contextTokens: number;
  readonly onProgress?: (share: number) => void;
}

/** Tokens of a prompt read between two checks of the signal: the longest delay of an abort. */
const PREFILL_STEP_TOKENS = 16;

/**
 * llama.cpp inside this process (node-llama-cpp). It computes on native threads, so the event loop stays free.
 * Sequences keep what they have read: a prompt that begins like an earlier one is read from the first difference.
 */
export class LlamaCppModel implements LanguageModel {
  readonly provider = 'llama.cpp';
  readonly name: string;
  private readonly closing = new AbortController();
  private readonly running = new Set<Promise<unknown>>();

  /** Loads the model. @throws LlmosError UNAVAILABLE naming the model and the device. */
  static async load(options: LlamaCppOptions): Promise<LlamaCppModel> {
    const { getLlama, LlamaLogLevel, resolveChatWrapper } = await import('node-llama-cpp');
    try {
      const gpu = options.gpu === 'off' ? false : options.gpu;
      const threads = threadsWithin(options.threads);
      const llama = await getLlama({
        build: 'never',
        gpu,
        maxThreads: threads,
        logLevel: LlamaLogLevel.error,
        progressLogs: false,
      });
      const model = await llama.loadModel({
        modelPath: options.modelPath,
        onLoadProgress: (share) => options.onProgress?.(share),
      });
      const context = await model.createContext({
        sequences: options.sequences,
        contextSize: options.contextTokens,
        threads,
      });
      return new LlamaCppModel(options, { llama, model, context, wrapper: resolveChatWrapper(model) });
    } catch (error) {
      throw new LlmosError(
        'UNAVAILABLE',
        `The language model ${options.name} could not be loaded on device '${options.gpu}'.`,
        { cause: error },
      );
    }
  }

  private readonly sequences: SequenceQueue<LlamaContextSequence>;

  private constructor(
    options: LlamaCppOptions,
    private readonly engine: { llama: Llama; model: LlamaModel; context: LlamaContext; wrapper: ChatWrapper },
  ) {
    this.name = options.name;
    const sequences = Array.from({ length: options.sequences }, () => engine.context.getSequence());
    this.sequences = new SequenceQueue(sequences, options.maxWaiting);
  }

  async generate(messages: readonly ChatMessage[], options: GenerateOptions): Promise<Generation> {
    const signal = AbortSignal.any([options.signal, this.closing.signal]);
    signal.throwIfAborted();
    const prompt = this.promptTokens(messages);
    const allowed = (options.maxTotalTokens ?? Infinity) - prompt.length;
    if (allowed < 1) throw budgetSpent();
    const room = this.engine.context.contextSize - prompt.length - 1;
    if (room < 1) {
      const limit = this.engine.context.contextSize;
      throw new LlmosError(
        'INVALID_ARGUMENT',
        `The question is ${prompt.length} tokens long; the model takes fewer than ${limit}. Shorten it.`,
        { field: 'question' },
      );
    }
    const prefer = (free: readonly LlamaContextSequence[]) => mostShared(free, prompt);
    const work = this.sequences.use(signal, prefer, (sequence) =>
      this.run(sequence, prompt, { ...options, signal, maxTokens: Math.min(options.maxTokens, room, allowed) }),
    );
    return this.track(work);
  }

  async close(): Promise<void> {
    this.closing.abort(new LlmosError('UNAVAILABLE', 'The language model is shutting down.'));
    this.sequences.close();
    await Promise.allSettled(this.running);
    await this.engine.context.dispose();
    await this.engine.model.dispose();
    await this.engine.llama.dispose();
  }

  private async run(sequence: LlamaContextSequence, prompt: Token[], options: GenerateOptions): Promise<Generation> {
    const rest = await this.readPrompt(sequence, prompt, options.signal);
    const text = new TokenText(this.engine.model);
    const pieces: string[] = [];
    let outputTokens = 0;
    let finishReason: Generation['finishReason'] = 'stop';
    let startedAt = performance.now();
    for await (const token of sequence.evaluate(rest, samplingOf(options.temperature))) {
      await this.sequences.giveWay(performance.now() - startedAt, options.signal);
      options.signal.throwIfAborted();
      startedAt = performance.now();
      outputTokens++;
      const piece = text.add(token);
      pieces.push(piece);
      if (piece !== '' && options.onText?.(piece) === 'stop') break;
      if (outputTokens >= options.maxTokens) {
        finishReason = 'length';
        break;
      }
    }
    options.signal.throwIfAborted();
    return { text: pieces.join(''), inputTokens: prompt.length, outputTokens, finishReason };
  }

  /** Reads all of the prompt but its last few tokens, step by step, and returns those. */
  private async readPrompt(sequence: LlamaContextSequence, prompt: Token[], signal: AbortSignal): Promise<Token[]> {
    await sequence.adaptStateToTokens(prompt.slice(0, -1), false);
    let rest = prompt.slice(sequence.nextTokenIndex);
    while (rest.length > PREFILL_STEP_TOKENS) {
      signal.throwIfAborted();
      const startedAt = performance.now();
      await sequence.evaluateWithoutGeneratingNewTokens(rest.slice(0, PREFILL_STEP_TOKENS));
      await this.sequences.giveWay(performance.now() - startedAt, signal);
      rest = rest.slice(PREFILL_STEP_TOKENS);
    }
    signal.throwIfAborted();
    return rest;
  }

  /** Applies the model's own chat template; user text never becomes a control token. */
  private promptTokens(messages: readonly ChatMessage[]): Token[] {
    const chatHistory: ChatHistoryItem[] = messages.map(({ role, content }) =>
      role === 'assistant' ? { type: 'model', response: [content] } : { type: role, text: content },
    );
    chatHistory.push({ type: 'model', response: [''] });
    const { contextText } = this.engine.wrapper.generateContextState({ chatHistory });
    const { tokenizer, tokens } = this.engine.model;
    return withOneStart(contextText.tokenize(tokenizer), tokens.bos);
  }

  private async track<T>(work: Promise<T>): Promise<T> {
    this.running.add(work);
    try {
      return await work;
    } finally {
      this.running.delete(work);
    }
  }
}

/** The binding puts the token of the beginning before every prompt, also where the chat template begins with it. */
export function withOneStart(prompt: Token[], start: Token | null): Token[] {
  return start !== null && prompt[0] === start && prompt[1] === start ? prompt.slice(1) : prompt;
}

function mostShared(free: readonly LlamaContextSequence[], prompt: Token[]): LlamaContextSequence {
  const shared = (sequence: LlamaContextSequence) => sequence.compareContextTokens(prompt).firstDifferentIndex;
  return free.reduce((best, sequence) => (shared(sequence) > shared(best) ? sequence : best));
}

function samplingOf(temperature: number): SequenceEvaluateOptions {
  return temperature === 0 ? { temperature } : { temperature, topP: 0.9 };
}
