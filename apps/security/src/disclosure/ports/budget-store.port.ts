import type { OutputOf } from '@llmos/contracts';
import type { release } from '@llmos/contracts/capabilities/security';

/** The amount spent of a budget, and the latest answers it paid for. */
export interface Ledger {
  /** In billionths of ρ. */
  readonly spentNano: bigint;
  /** Newest last. */
  readonly answers: readonly { readonly id: string; readonly answer: OutputOf<typeof release> }[];
}

/** Keeps the budgets of the tenants. */
export interface BudgetStore {
  /**
   * Replaces a ledger by the next one, made from the stored ledger (an empty one if nothing was spent). `next` runs
   * again if another process was first, and returns undefined to leave the ledger as it is.
   *
   * @throws LlmosError CONFLICT after several attempts.
   */
  change(tenant: string, budget: string, next: (ledger: Ledger) => Ledger | undefined): Promise<void>;
}
