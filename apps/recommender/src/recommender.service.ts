import type { InputOf, OutputOf } from '@llmos/contracts';
import type { recommend, stats } from '@llmos/contracts/capabilities/recommender';
import { withSpan } from '@llmos/telemetry';
import type { TaskContext } from './task-context.js';
import type { DataFeed } from './data/data-feed.js';
import type { TenantData } from './data/tenant-data.js';
import type { Scored, Scorer } from './model/scorer.js';
import { recommenderMetrics } from './recommender.metrics.js';
import type { Scorers } from './serving/scorers.js';
import { randomOf } from './serving/run-random.js';
import { reasonFor, sentenceFor } from './serving/sentence.js';
import { similarByText } from './serving/text-similarity.js';
import type { ServedModels } from './serving/served-models.js';

type Request = InputOf<typeof recommend>;
type Recommendations = OutputOf<typeof recommend>;

/** The user or session for whom the list is made. */
interface Profile {
  /** Liked items, oldest first. */
  readonly history: ReadonlyArray<{ readonly item: string }>;
  /** All items, liked or not. */
  readonly seen: readonly string[];
  readonly basis: Recommendations['basis'];
  readonly verb: 'had' | 'looked at';
}

interface Filter {
  readonly limit: number;
  readonly exclude: ReadonlySet<string>;
  readonly allow: (item: string) => boolean;
}

/**
 * Recommends items to a user, for a session, or similar to an item. All data is in memory. Interactions since the
 * training count, because the history of the user is read for each request.
 */
export class RecommenderService {
  constructor(
    private readonly feed: DataFeed,
    private readonly models: ServedModels,
    private readonly scorers: Scorers,
  ) {}

  /**
   * A tenant without items of its own gets items of the shared tenant, by the interactions of its own users with them.
   * For an unknown user, session or item the result is popular items.
   */
  async recommend(request: Request, task: Pick<TaskContext, 'tenant' | 'run'>): Promise<Recommendations> {
    const source = this.models.get(task.tenant) ? task.tenant : this.feed.sourceFor(task.tenant);
    const answer = await withSpan('recommend', { attributes: { 'llmos.limit': request.limit } }, async (span) => {
      const given = this.answer(request, source, task);
      span.setAttributes({ 'llmos.basis': given.basis, 'llmos.items': given.items.length });
      return given;
    });
    recommenderMetrics.recommendations.inc({ basis: answer.basis });
    return answer;
  }

  /** Exact counts of the tenant's own data. */
  stats({ item }: InputOf<typeof stats>, { tenant }: Pick<TaskContext, 'tenant'>): OutputOf<typeof stats> {
    const data = this.feed.tenant(tenant);
    const { users, items, interactions } = data;
    return { users, items, interactions, ...(item === undefined ? {} : { usersOfItem: data.usersOfItem(item) }) };
  }

  private answer(request: Request, source: string, task: Pick<TaskContext, 'tenant' | 'run'>): Recommendations {
    const { run } = task;
    const data = this.feed.tenant(source);
    const own = this.feed.tenant(task.tenant);
    const scorer = this.scorers.of(source);
    const served = this.models.get(source);
    const knowsUser = request.user !== undefined && own.hasUser(request.user);
    const profile = profileOf(request, knowsUser ? own : data, served?.entry.minValue);
    const filter = filterOf(request, profile, data);
    const scored = served
      ? score(request, profile, filter, scorer, run)
      : scoreByText(request, profile, filter, scorer, data, run);
    const list = scored.length > 0 ? scored : anyOf(data, filter);
    const isPersonal = list.some(({ kind }) => kind === 'because' || kind === 'similar');
    const items = list.map(({ item, score: points, kind, because }) => {
      const title = data.item(item)?.title;
      const reason = reasonFor(kind, because, profile.verb, (id) => data.item(id));
      return { item, ...(title === undefined ? {} : { title }), score: points, reason };
    });
    return {
      items,
      text: sentenceFor(items.map(({ item, title }) => title ?? item)),
      basis: isPersonal ? profile.basis : 'popular',
      ...(served ? { model: served.version } : {}),
    };
  }
}

/** An interaction counts as liked if its value is positive, and not below the minimum of the model's training. */
function profileOf(request: Request, data: TenantData, minValue = Number.MIN_VALUE): Profile {
  const interactions = request.user === undefined ? [] : data.historyOf(request.user);
  const liked = interactions.filter(({ value }) => value >= minValue && value > 0);
  const session = request.items ?? [];
  const history = [...liked.map(({ item }) => ({ item })), ...session.map((item) => ({ item }))];
  const seen = [...interactions.map(({ item }) => item), ...session];
  const verb = liked.length > 0 ? 'had' : 'looked at';
  if (request.similarTo !== undefined) return { history, seen, verb, basis: 'similar' };
  if (session.length > 0) return { history, seen, verb, basis: 'session' };
  return { history, seen, verb, basis: liked.length > 0 ? 'user' : 'popular' };
}

function filterOf(request: Request, { seen }: Profile, data: TenantData): Filter {
  const exclude = new Set(request.excludeSeen ? seen : []);
  if (request.similarTo !== undefined) exclude.add(request.similarTo);
  const categories = request.categories && new Set(request.categories);
  const allow = (id: string): boolean => {
    const item = data.item(id);
    if (request.inStockOnly && item?.inStock === false) return false;
    return !categories || (item?.category !== undefined && categories.has(item.category));
  };
  return { limit: request.limit, exclude, allow };
}

function score(request: Request, profile: Profile, filter: Filter, scorer: Scorer, run: string): Scored[] {
  const { diversity, exploration, similarTo } = request;
  const random = randomOf(run);
  if (similarTo !== undefined) return scorer.similarTo(similarTo, { ...filter, diversity });
  if (profile.history.length > 0)
    return scorer.recommendFor({ ...filter, history: profile.history, diversity, exploration, random });
  return scorer.popular({ ...filter, exploration, random });
}

/** Before the first training: items with similar texts, then popular items. */
function scoreByText(
  request: Request,
  profile: Profile,
  filter: Filter,
  scorer: Scorer,
  data: TenantData,
  run: string,
): Scored[] {
  const { similarTo } = request;
  const items = similarTo === undefined ? profile.history.map(({ item }) => item) : [similarTo];
  const kind = similarTo === undefined ? 'because' : 'similar';
  const similar = similarByText(data, { ...filter, items }).map((each) => ({ ...each, kind }) as const);
  const exclude = new Set([...filter.exclude, ...similar.map(({ item }) => item)]);
  const rest = score(request, profile, { ...filter, exclude, limit: filter.limit - similar.length }, scorer, run);
  return [...similar, ...rest.filter((other) => similar.length === 0 || other.kind === 'popular')];
}

/** The described items in any order, for a tenant without interactions. */
function anyOf(data: TenantData, { limit, exclude, allow }: Filter): Scored[] {
  const list: Scored[] = [];
  for (const item of data.describedItems.keys()) {
    if (list.length >= limit) break;
    if (!exclude.has(item) && allow(item)) list.push({ item, score: 0, kind: 'explore', because: [] });
  }
  return list;
}
