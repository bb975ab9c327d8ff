/** One turn of a conversation, in the shape every chat model understands. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface GenerateOptions {
  /** At most this many tokens are generated; less where the model's context is fuller than that. */
  readonly maxTokens: number;
  /** 0 takes the likeliest token each time: the same prompt, the same answer. */
  readonly temperature: number;
  readonly signal: AbortSignal;
  /** Told each piece of text as it comes; answer `stop` when there is enough. */
  readonly onText?: (piece: string) => 'stop' | undefined;
}

export interface Generation {
  /** Everything that was said; the pieces of `onText` joined. */
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** `stop`: the model ended its turn, or `onText` said so; `length`: `maxTokens` were used up. */
  readonly finishReason: 'stop' | 'length';
}

/**
 * What the generation service needs of a language model, whatever runs it.
 *
 * `generate` may be called many times at once. It rejects with the signal's reason when aborted, with `OVERLOADED`
 * when too many calls wait already, with `INVALID_ARGUMENT` when the messages do not fit the model's context, and
 * with `UNAVAILABLE` when the model cannot answer.
 */
export interface LanguageModel {
  /** The name answers carry, such as `smollm2-135m`. */
  readonly name: string;
  /** What runs it, as OpenTelemetry's GenAI conventions name it: `llama.cpp`, `openai`. */
  readonly provider: string;
  generate(messages: readonly ChatMessage[], options: GenerateOptions): Promise<Generation>;
  /** Takes no more calls, stops running ones and frees what the model holds. */
  close(): Promise<void>;
}
