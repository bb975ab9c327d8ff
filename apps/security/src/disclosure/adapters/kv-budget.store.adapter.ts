import type { Bus, KvBucket } from '@llmos/bus';
import { BUCKETS } from '@llmos/contracts';
import { release } from '@llmos/contracts/capabilities/security';
import { z } from 'zod';
import type { BudgetStore, Ledger } from '../ports/budget-store.port.js';

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
    return new KvBudgetStore(await bus.kv(BUCKETS.budgets, { history: 1, storage: 'file' }));
  }

  /** @throws Error if the entry cannot be read: a budget never counts as unspent. */
  async change(tenant: string, budget: string, next: (ledger: Ledger) => Ledger | undefined): Promise<void> {
    await this.bucket.change(`${tenant}.${budget}`, (value) => {
      const ledger = next(value ? decode(value) : { spentNano: 0n, answers: [] });
      return ledger && encode(ledger);
    });
  }
}

function decode(value: Uint8Array): Ledger {
  return ledgerSchema.parse(JSON.parse(new TextDecoder().decode(value)));
}

function encode(ledger: Ledger): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ ...ledger, spentNano: ledger.spentNano.toString() }));
}
