import type { Catalogue } from '../data/catalogue.js';
import type { DataFeed } from '../data/data-feed.js';
import type { TenantData } from '../data/tenant-data.js';
import { Scorer } from '../model/scorer.js';
import type { ServedModel, ServedModels } from './served-models.js';

interface Prepared {
  readonly served: ServedModel | undefined;
  /** What describes the items. */
  readonly texts: TenantData;
  /** The scorer, with cold items once they have been matched. */
  scorer: Scorer;
  itemsVersion: number;
  interactionsVersion: number;
  popularityAtMs: number;
  matching: boolean;
  /** Cold items are not matched again before this time. */
  matchAgainAtMs: number;
}

/** With a model, the popularity can be this old; without a model it is updated after each change. */
const POPULARITY_MAX_AGE_MS = 1_000;
/** Cold items are matched at most this often, and for at most a tenth of the time. */
const MATCH_EVERY_MS = 1_000;
const MATCH_REST_FACTOR = 10;

/**
 * The scorer of each tenant: its served model, the present popularity, and the cold items matched with known items.
 */
export class Scorers {
  private readonly prepared = new Map<string, Prepared>();
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly feed: DataFeed,
    private readonly models: ServedModels,
    /** Receives the error when cold items could not be matched; lists lack them until the next change. */
    private readonly onError: (error: unknown) => void,
  ) {
    feed.onItem(({ tenant }) => this.refreshLater(tenant));
    feed.onForget((tenant) => this.prepared.delete(tenant));
  }

  /** @param texts what describes the items. Default: what described them the last time. */
  of(tenant: string, { described: texts }: Partial<Pick<Catalogue, 'described'>> = {}): Scorer {
    const data = this.feed.tenant(tenant);
    const served = this.models.get(tenant);
    let mine = this.prepared.get(tenant);
    if (!mine || mine.served !== served || (texts && mine.texts !== texts)) {
      mine = prepare(served, data, texts ?? mine?.texts ?? data);
      this.prepared.set(tenant, mine);
    }
    this.refreshPopularity(mine, data);
    this.refreshItems(tenant, mine);
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

  private refreshItems(tenant: string, mine: Prepared): void {
    if (mine.itemsVersion === mine.texts.itemsVersion || mine.matching) return;
    if (performance.now() < mine.matchAgainAtMs) this.refreshLater(tenant);
    else void this.matchItems(tenant, mine);
  }

  /** Refreshes a tenant after a pause, also without requests. */
  private refreshLater(tenant: string): void {
    if (this.timers.has(tenant) || !this.models.get(tenant)) return;
    const timer = setTimeout(() => {
      this.timers.delete(tenant);
      if (this.models.get(tenant)) this.of(tenant);
    }, MATCH_EVERY_MS);
    this.timers.set(tenant, timer.unref());
  }

  /** In the background: with many items it takes a while. */
  private async matchItems(tenant: string, mine: Prepared): Promise<void> {
    mine.matching = true;
    const { itemsVersion } = mine.texts;
    const startedMs = performance.now();
    try {
      const matched = await mine.scorer.withColdItems(vectorsOf(mine.texts));
      mine.scorer = matched.withPopularity(this.feed.tenant(tenant).popularity());
    } catch (error) {
      if (this.prepared.get(tenant) === mine) this.onError(error);
    }
    mine.itemsVersion = itemsVersion;
    mine.matching = false;
    const endedMs = performance.now();
    mine.matchAgainAtMs = endedMs + Math.max(MATCH_EVERY_MS, MATCH_REST_FACTOR * (endedMs - startedMs));
  }
}

function prepare(served: ServedModel | undefined, data: TenantData, texts: TenantData): Prepared {
  const { interactionsVersion } = data;
  return {
    served,
    texts,
    scorer: new Scorer(served?.model, { popularity: data.popularity() }),
    itemsVersion: -1,
    interactionsVersion,
    popularityAtMs: performance.now(),
    matching: false,
    matchAgainAtMs: 0,
  };
}

function vectorsOf(data: TenantData): Map<string, Float32Array> {
  const vectors = new Map<string, Float32Array>();
  for (const [id, { vector }] of data.describedItems) if (vector) vectors.set(id, vector);
  return vectors;
}
