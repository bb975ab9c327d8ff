import type { DataFeed } from '../data/data-feed.js';
import type { TenantData } from '../data/tenant-data.js';
import { Scorer } from '../model/scorer.js';
import type { ServedModel, ServedModels } from './served-models.js';

interface Prepared {
  readonly served: ServedModel | undefined;
  /** The scorer to ask, with the items nobody has touched as soon as they have been placed. */
  scorer: Scorer;
  itemsVersion: number;
  interactionsVersion: number;
  popularityAtMs: number;
  placing: boolean;
  /** Not before this are items placed anew: it costs the more the more there are. */
  placeAgainAtMs: number;
}

/** With a model, the order for strangers may be this old; without one it is counted anew after each change. */
const POPULARITY_MAX_AGE_MS = 1_000;
/** While items are being written one by one, they are placed together this often, and at most a tenth of the time. */
const PLACE_EVERY_MS = 1_000;
const PLACE_REST_FACTOR = 10;

/** Keeps, for each tenant, the scorer of its served model with its popular items and those nobody has touched. */
export class Scorers {
  private readonly prepared = new Map<string, Prepared>();
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly feed: DataFeed,
    private readonly models: ServedModels,
    /** Told when items nobody has touched could not be placed; they are missing from lists until the next change. */
    private readonly onError: (error: unknown) => void,
  ) {
    feed.onItem(({ tenant }) => this.comeBack(tenant));
    feed.onForget((tenant) => this.prepared.delete(tenant));
  }

  of(tenant: string): Scorer {
    const data = this.feed.tenant(tenant);
    const served = this.models.get(tenant);
    let mine = this.prepared.get(tenant);
    if (!mine || mine.served !== served) {
      mine = prepare(served, data);
      this.prepared.set(tenant, mine);
    }
    this.refreshPopularity(mine, data);
    this.refreshItems(tenant, mine, data);
    return mine.scorer;
  }

  private refreshPopularity(mine: Prepared, data: TenantData): void {
    if (mine.interactionsVersion === data.interactionsVersion) return;
    const ageMs = performance.now() - mine.popularityAtMs;
    if (mine.served && ageMs < POPULARITY_MAX_AGE_MS) return;
    mine.scorer = mine.scorer.withPopularity(data.popularity());
    mine.interactionsVersion = data.interactionsVersion;
    mine.popularityAtMs = performance.now();
  }

  private refreshItems(tenant: string, mine: Prepared, data: TenantData): void {
    if (mine.itemsVersion === data.itemsVersion || mine.placing) return;
    if (performance.now() < mine.placeAgainAtMs) this.comeBack(tenant);
    else void this.placeItems(tenant, mine, data);
  }

  /** Looks after a tenant a little later, also when nobody asks. */
  private comeBack(tenant: string): void {
    if (this.timers.has(tenant) || !this.models.get(tenant)) return;
    const timer = setTimeout(() => {
      this.timers.delete(tenant);
      if (this.models.get(tenant)) this.of(tenant);
    }, PLACE_EVERY_MS);
    this.timers.set(tenant, timer.unref());
  }

  /** Beside the requests: with many items it takes a while. */
  private async placeItems(tenant: string, mine: Prepared, data: TenantData): Promise<void> {
    mine.placing = true;
    const { itemsVersion } = data;
    const startedMs = performance.now();
    try {
      const placed = await mine.scorer.withColdItems(vectorsOf(data));
      mine.scorer = placed.withPopularity(data.popularity());
    } catch (error) {
      if (this.prepared.get(tenant) === mine) this.onError(error);
    }
    mine.itemsVersion = itemsVersion;
    mine.placing = false;
    const endedMs = performance.now();
    mine.placeAgainAtMs = endedMs + Math.max(PLACE_EVERY_MS, PLACE_REST_FACTOR * (endedMs - startedMs));
  }
}

function prepare(served: ServedModel | undefined, data: TenantData): Prepared {
  const { interactionsVersion } = data;
  return {
    served,
    scorer: new Scorer(served?.model, { popularity: data.popularity() }),
    itemsVersion: -1,
    interactionsVersion,
    popularityAtMs: performance.now(),
    placing: false,
    placeAgainAtMs: 0,
  };
}

function vectorsOf(data: TenantData): Map<string, Float32Array> {
  const vectors = new Map<string, Float32Array>();
  for (const [id, { vector }] of data.describedItems) if (vector) vectors.set(id, vector);
  return vectors;
}
