/** One turn of a conversation. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface GenerateOptions {
  /** At most this many tokens are generated; fewer if the model's context has less room. */
  readonly maxTokens: number;
  /** Tokens of prompt and answer together. A call that would need more ends with TOKEN_BUDGET_SPENT. */
  readonly maxTotalTokens?: number | undefined;
  /** 0 always takes the most probable token: the same prompt gives the same answer. */
  readonly temperature: number;
  readonly signal: AbortSignal;
  /** Receives each piece of text as it is generated; returns `stop` to end the generation. */
  readonly onText?: (piece: string) => 'stop' | undefined;
}

export interface Generation {
  /** The whole text: the pieces of `onText` joined. */
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** `stop`: the model ended its turn, or `onText` returned `stop`; `length`: `maxTokens` were generated. */
  readonly finishReason: 'stop' | 'length';
}

/**
 * A language model in this process or behind a server.
 *
 * `generate` may be called concurrently. It rejects with the signal's reason on abort, with `OVERLOADED` if too many
 * calls wait, with `TOKEN_BUDGET_SPENT` above `maxTotalTokens`, with `INVALID_ARGUMENT` if the messages do not fit the model's context, and with `UNAVAILABLE` if the
 * model cannot answer.
 */
export interface LanguageModel {
  /** The name that answers carry, such as `smollm2-135m`. */
  readonly name: string;
  /** The engine, as OpenTelemetry's GenAI conventions name it: `llama.cpp`, `openai`. */
  readonly provider: string;
  generate(messages: readonly ChatMessage[], options: GenerateOptions): Promise<Generation>;
  /** Takes no more calls, stops running ones and frees the model. */
  close(): Promise<void>;
}
