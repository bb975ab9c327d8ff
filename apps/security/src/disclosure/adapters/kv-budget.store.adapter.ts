import type { Bus, KvBucket } from '@llmos/bus';
import { isLlmosError } from '@llmos/contracts';
import { release } from '@llmos/contracts/capabilities/security';
import { z } from 'zod';
import type { BudgetStore, Ledger } from '../ports/budget-store.port.js';

export const BUDGETS_BUCKET = 'privacy-budgets';

const ledgerSchema = z.object({
  spentNano: z
    .string()
    .regex(/^[0-9]{1,30}$/)
    .transform(BigInt),
  answers: z.array(z.object({ id: z.string(), answer: release.output })),
});

/** Budgets in a JetStream KV bucket in file storage, under `<tenant>.<budget>`. */
export class KvBudgetStore implements BudgetStore {
  private constructor(private readonly bucket: KvBucket) {}

  static async open(bus: Bus): Promise<KvBudgetStore> {
    return new KvBudgetStore(await bus.kv(BUDGETS_BUCKET, { history: 1, storage: 'file' }));
  }

  /** @throws Error when the entry cannot be read: a budget is never taken for unspent. */
  async read(tenant: string, budget: string): Promise<{ ledger: Ledger; revision: number }> {
    const entry = await this.bucket.get(`${tenant}.${budget}`);
    if (!entry) return { ledger: { spentNano: 0n, answers: [] }, revision: 0 };
    const ledger = ledgerSchema.parse(JSON.parse(new TextDecoder().decode(entry.value)));
    return { ledger, revision: entry.revision };
  }

  async write(tenant: string, budget: string, ledger: Ledger, revision: number): Promise<boolean> {
    const value = JSON.stringify({ ...ledger, spentNano: ledger.spentNano.toString() });
    try {
      await this.bucket.update(`${tenant}.${budget}`, new TextEncoder().encode(value), revision);
      return true;
    } catch (error) {
      if (isLlmosError(error) && error.code === 'CONFLICT') return false;
      throw error;
    }
  }
}
