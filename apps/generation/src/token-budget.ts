import { LlmosError } from '@llmos/contracts';
import type { Generation } from './ports/language-model.port.js';

/** The tokens that a run may still use: several calls of the model share it. */
export class TokenBudget {
  /** @param left undefined: any number. */
  constructor(private left: number | undefined) {}

  /** For the next call of the model. */
  get maxTotalTokens(): number | undefined {
    return this.left;
  }

  /** @throws LlmosError TOKEN_BUDGET_SPENT if the budget cut the answer short. */
  spend({ inputTokens, outputTokens, finishReason }: Generation): void {
    if (this.left === undefined) return;
    this.left -= inputTokens + outputTokens;
    if (this.left < 0 || (this.left === 0 && finishReason === 'length')) throw budgetSpent();
  }
}

export function budgetSpent(): LlmosError {
  return new LlmosError(
    'TOKEN_BUDGET_SPENT',
    'The run would need more tokens of the language model than its caller allows. Allow more, or shorten the question.',
    { field: 'x-llmos-max-total-tokens' },
  );
}
