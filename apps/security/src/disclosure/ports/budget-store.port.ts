import type { OutputOf } from '@llmos/contracts';
import type { release } from '@llmos/contracts/capabilities/security';

/** What has been spent of a budget, and the latest answers it paid for. */
export interface Ledger {
  /** In billionths of ρ. */
  readonly spentNano: bigint;
  /** Newest last. */
  readonly answers: readonly { readonly id: string; readonly answer: OutputOf<typeof release> }[];
}

/** Keeps the budgets of the tenants. */
export interface BudgetStore {
  /** The ledger as it is, an empty one where nothing was spent; `revision` is for {@link write}. */
  read(tenant: string, budget: string): Promise<{ ledger: Ledger; revision: number }>;
  /** @returns false, with nothing written, when somebody else has written since `revision`. */
  write(tenant: string, budget: string, ledger: Ledger, revision: number): Promise<boolean>;
}
