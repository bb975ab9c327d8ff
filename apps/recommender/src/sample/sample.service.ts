import type { DataFeed } from '../data/data-feed.js';
import { SHARED_TENANT } from '../data/entry-ref.js';
import type { InteractionsService } from '../intake/interactions.service.js';
import type { ItemsService } from '../intake/items.service.js';
import type { SampleShop } from '../ports/sample-shop.port.js';
import type { TrainingService } from '../runs/training.service.js';

/** The version of the sample's model. All replicas train the same model from the sample. */
const SAMPLE_RUN = 'sample';

export interface SampleParts {
  readonly shop: SampleShop;
  readonly feed: DataFeed;
  readonly items: ItemsService;
  readonly interactions: InteractionsService;
  readonly training: TrainingService;
  /** Receives the error when the shop could not be loaded. */
  readonly onProblem: (error: unknown) => void;
}

/**
 * Loads the sample shop into an empty store, as the data of the shared tenant, so that the first call has a real
 * answer. If two replicas do this at once, they write the same.
 */
export class SampleService {
  constructor(private readonly parts: SampleParts) {}

  /** Does nothing if the shared tenant has data. */
  async fill(signal: AbortSignal): Promise<void> {
    const { shop, feed, items, interactions, training, onProblem } = this.parts;
    if (!feed.tenant(SHARED_TENANT).isEmpty) return;
    const task = { tenant: SHARED_TENANT, run: SAMPLE_RUN, signal, emit: () => undefined };
    try {
      const sample = await shop.read();
      await items.upsert(sample.items, task);
      await interactions.record(sample.interactions, task);
      await training.train({ algorithm: 'auto', minInteractions: 1, force: false }, task);
    } catch (error) {
      if (!signal.aborted) onProblem(error);
    }
  }
}
