import type { LlamaModel, Token } from 'node-llama-cpp';

const CONTEXT_TOKENS = 4;

/**
 * Turns tokens into text as they arrive. A character may be spread over several tokens: its bytes wait until it is
 * complete. Each call reads a few tokens only, so a long answer costs no more per token than a short one.
 */
export class TokenText {
  private before: Token[] = [];
  private pending: Token[] = [];

  constructor(private readonly model: Pick<LlamaModel, 'detokenize'>) {}

  /** The text that this token completes; empty while a character is incomplete. */
  add(token: Token): string {
    this.pending.push(token);
    const text = this.model.detokenize(this.pending, false, this.before);
    if (text.endsWith('\uFFFD') && this.pending.length < 8) return '';
    this.before = [...this.before, ...this.pending].slice(-CONTEXT_TOKENS);
    this.pending = [];
    return text;
  }
}
