import { LlmosError, type Lane } from '@llmos/contracts';
import { currentOwner, withBreaker, type BreakerOptions, type Operation } from '@llmos/resilience';
import { withModelSpan } from '@llmos/telemetry';
import type { ChatMessage, GenerateOptions, Generation, LanguageModel } from '../ports/language-model.port.js';
import type { TokenBudget } from '../token-budget.js';

/** How many times as long a durable run may wait for the model. */
const DURABLE_PATIENCE = 3;

export interface ModelCall {
  readonly messages: readonly ChatMessage[];
  readonly options: Omit<GenerateOptions, 'signal'>;
  readonly budget: TokenBudget;
}

export interface BackendSettings {
  /** Whether the model phrases grounded answers; otherwise the passages are quoted, which takes milliseconds. */
  readonly phrasing: boolean;
  /** Time limit of one call, waiting included, in milliseconds. */
  readonly modelTimeoutMs: number;
  /** Calls in progress or waiting at once. */
  readonly capacity: number;
  /** The rules of the breaker around the model, and who shares it. */
  readonly breaker?: (lane: Lane) => Partial<BreakerOptions>;
  /** Tokens of prompt and answer together; by default any number. */
  readonly contextTokens?: number | undefined;
  /** The class of the model's answers, 1 to 9; by default 1. */
  readonly quality?: number | undefined;
  /** Of a million tokens of prompt and a million of answer together; by default 0. */
  readonly price?: number | undefined;
}

/** A language model that answers may be asked of, behind its circuit breaker. */
export class Backend {
  /** Durable calls rest while live ones use the model: that they take longer says nothing of the model. */
  private readonly asked: Readonly<Record<Lane, Operation<ModelCall, Generation>>>;

  constructor(
    readonly model: LanguageModel,
    private readonly settings: BackendSettings,
  ) {
    const ask = (lane: Lane, timeoutMs: number) =>
      withBreaker((call: ModelCall, signal: AbortSignal) => this.call(call, signal), {
        ...settings.breaker?.(lane),
        name: `The language model ${model.name}`,
        timeoutMs,
        capacity: settings.capacity,
      });
    const { modelTimeoutMs } = settings;
    this.asked = { live: ask('live', modelTimeoutMs), durable: ask('durable', DURABLE_PATIENCE * modelTimeoutMs) };
  }

  get name(): string {
    return this.model.name;
  }

  get phrases(): boolean {
    return this.settings.phrasing;
  }

  get contextTokens(): number {
    return this.settings.contextTokens ?? Infinity;
  }

  get quality(): number {
    return this.settings.quality ?? 1;
  }

  get price(): number {
    return this.settings.price ?? 0;
  }

  /** Rejects as {@link LanguageModel.generate} does, with UNAVAILABLE while the breaker is open or after the time limit. */
  ask(call: ModelCall, signal: AbortSignal): Promise<Generation> {
    return this.asked[currentOwner().lane](call, signal);
  }

  private call({ messages, options, budget }: ModelCall, signal: AbortSignal): Promise<Generation> {
    const { model } = this;
    return withModelSpan({ operation: 'chat', model: model.name, provider: model.provider }, async (span) => {
      const { maxTotalTokens } = budget;
      const result = await model.generate(messages, { ...options, maxTotalTokens, signal }).catch((error: unknown) => {
        throw isTimeout(signal) || !signal.aborted
          ? error
          : new LlmosError('CANCELLED', 'The work was cancelled.', { cause: error });
      });
      span.setAttribute('gen_ai.usage.input_tokens', result.inputTokens);
      span.setAttribute('gen_ai.usage.output_tokens', result.outputTokens);
      budget.spend(result);
      return result;
    });
  }
}

/** Whether the breaker's time limit ended the call, and not its caller: only that counts against the model. */
function isTimeout(signal: AbortSignal): boolean {
  return signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
}
