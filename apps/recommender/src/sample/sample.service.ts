import type { Caller, PatientCaller } from '../caller.js';
import type { DataFeed } from '../data/data-feed.js';
import { SHARED_TENANT } from '../data/entry-ref.js';
import type { InteractionsService } from '../intake/interactions.service.js';
import type { ItemsService } from '../intake/items.service.js';
import type { SampleShop } from '../ports/sample-shop.port.js';
import type { TrainingService } from '../runs/training.service.js';

/** The version of the model of the sample: every replica that makes it makes the same. */
export const SAMPLE_RUN = 'sample';

export interface SampleParts {
  readonly shop: SampleShop;
  readonly feed: DataFeed;
  readonly items: ItemsService;
  readonly interactions: InteractionsService;
  readonly training: TrainingService;
  /** Told when the shop was not taken over; the service answers without it. */
  readonly onProblem: (error: unknown) => void;
}

/**
 * Gives an empty store the sample shop, as the data of the tenant that answers for those who have none: a first call
 * is answered with something real. Two replicas doing this at once write the same.
 */
export class SampleService {
  constructor(private readonly parts: SampleParts) {}

  /** Does nothing once the shared tenant has anything. */
  async fill(signal: AbortSignal): Promise<void> {
    if (!this.parts.feed.tenant(SHARED_TENANT).isEmpty) return;
    const caller: Caller = { tenant: SHARED_TENANT, run: SAMPLE_RUN, signal };
    try {
      const { items, interactions } = await this.parts.shop.read();
      await this.parts.items.upsert(items, caller);
      await this.parts.interactions.record(interactions, caller);
      await this.train(caller);
    } catch (error) {
      if (!signal.aborted) this.parts.onProblem(error);
    }
  }

  private async train(caller: Caller): Promise<void> {
    const patient: PatientCaller = { ...caller, emit: () => undefined };
    await this.parts.training.train({ algorithm: 'auto', minInteractions: 1, force: false }, patient);
  }
}
