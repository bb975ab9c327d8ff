import type { InputOf, OutputOf } from '@llmos/contracts';
import type { recommend, stats } from '@llmos/contracts/capabilities/recommender';
import { withSpan } from '@llmos/telemetry';
import type { Caller } from './caller.js';
import type { DataFeed } from './data/data-feed.js';
import type { TenantData } from './data/tenant-data.js';
import type { Scored, Scorer } from './model/scorer.js';
import { recommenderMetrics } from './recommender.metrics.js';
import type { Scorers } from './serving/scorers.js';
import { randomOf } from './serving/run-random.js';
import { reasonFor, sentenceFor } from './serving/sentence.js';
import { likeInText } from './serving/text-likeness.js';
import type { ServedModels } from './serving/served-models.js';

type Question = InputOf<typeof recommend>;
type Recommendations = OutputOf<typeof recommend>;

/** What is known of the one who asks. */
interface Taste {
  /** What says something of the taste, oldest first. */
  readonly history: ReadonlyArray<{ readonly item: string }>;
  /** All that was had, liked or not. */
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
 * Says what a user, a session or the reader of an item may like. Everything it needs is in memory: what came in since
 * the training counts, because a user's history is read anew for each request.
 */
export class RecommenderService {
  constructor(
    private readonly feed: DataFeed,
    private readonly models: ServedModels,
    private readonly scorers: Scorers,
  ) {}

  /**
   * A tenant without items of its own is answered from the shared ones, by what its own users did with them. Where
   * nothing is known of the user, the session or the item asked about, popular items are named.
   */
  async recommend(question: Question, caller: Pick<Caller, 'tenant' | 'run'>): Promise<Recommendations> {
    const source = this.models.get(caller.tenant) ? caller.tenant : this.feed.sourceFor(caller.tenant);
    const answer = await withSpan('recommend', { attributes: { 'llmos.limit': question.limit } }, async (span) => {
      const given = this.answer(question, source, caller);
      span.setAttributes({ 'llmos.basis': given.basis, 'llmos.items': given.items.length });
      return given;
    });
    recommenderMetrics.recommendations.inc({ basis: answer.basis });
    return answer;
  }

  /** Exact counts of the caller's own data. */
  stats({ item }: InputOf<typeof stats>, { tenant }: Pick<Caller, 'tenant'>): OutputOf<typeof stats> {
    const data = this.feed.tenant(tenant);
    const { users, items, interactions } = data;
    return { users, items, interactions, ...(item === undefined ? {} : { usersOfItem: data.usersOfItem(item) }) };
  }

  private answer(question: Question, source: string, caller: Pick<Caller, 'tenant' | 'run'>): Recommendations {
    const { run } = caller;
    const data = this.feed.tenant(source);
    const own = this.feed.tenant(caller.tenant);
    const scorer = this.scorers.of(source);
    const served = this.models.get(source);
    const knowsUser = question.user !== undefined && own.hasUser(question.user);
    const taste = tasteOf(question, knowsUser ? own : data, served?.minValue);
    const filter = filterOf(question, taste, data);
    const scored = served
      ? score(question, taste, filter, scorer, run)
      : untaught(question, taste, filter, scorer, data, run);
    const list = scored.length > 0 ? scored : anyOf(data, filter);
    const isPersonal = list.some(({ kind }) => kind === 'because' || kind === 'similar');
    const items = list.map(({ item, score: points, kind, because }) => {
      const title = data.item(item)?.title;
      const reason = reasonFor(kind, because, taste.verb, (id) => data.item(id));
      return { item, ...(title === undefined ? {} : { title }), score: points, reason };
    });
    return {
      items,
      text: sentenceFor(items.map(({ item, title }) => title ?? item)),
      basis: isPersonal ? taste.basis : 'popular',
      ...(served ? { model: served.version } : {}),
    };
  }
}

/** A deed worth nothing, less than nothing or less than the model was taught to count is no sign of liking. */
function tasteOf(question: Question, data: TenantData, minValue = Number.MIN_VALUE): Taste {
  const deeds = question.user === undefined ? [] : data.historyOf(question.user);
  const liked = deeds.filter(({ value }) => value >= minValue && value > 0);
  const session = question.items ?? [];
  const history = [...liked.map(({ item }) => ({ item })), ...session.map((item) => ({ item }))];
  const seen = [...deeds.map(({ item }) => item), ...session];
  const verb = liked.length > 0 ? 'had' : 'looked at';
  if (question.similarTo !== undefined) return { history, seen, verb, basis: 'similar' };
  if (session.length > 0) return { history, seen, verb, basis: 'session' };
  return { history, seen, verb, basis: liked.length > 0 ? 'user' : 'popular' };
}

function filterOf(question: Question, { seen }: Taste, data: TenantData): Filter {
  const exclude = new Set(question.excludeSeen ? seen : []);
  if (question.similarTo !== undefined) exclude.add(question.similarTo);
  const categories = question.categories && new Set(question.categories);
  const allow = (id: string): boolean => {
    const item = data.item(id);
    if (question.inStockOnly && item?.inStock === false) return false;
    return !categories || (item?.category !== undefined && categories.has(item.category));
  };
  return { limit: question.limit, exclude, allow };
}

function score(question: Question, taste: Taste, filter: Filter, scorer: Scorer, run: string): Scored[] {
  const { diversity, exploration, similarTo } = question;
  const random = randomOf(run);
  if (similarTo !== undefined) return scorer.similarTo(similarTo, { ...filter, diversity });
  if (taste.history.length > 0)
    return scorer.recommendFor({ ...filter, history: taste.history, diversity, exploration, random });
  return scorer.popular({ ...filter, exploration, random });
}

/** Before the first training: what is like it in words, then what is popular. */
function untaught(
  question: Question,
  taste: Taste,
  filter: Filter,
  scorer: Scorer,
  data: TenantData,
  run: string,
): Scored[] {
  const { similarTo } = question;
  const items = similarTo === undefined ? taste.history.map(({ item }) => item) : [similarTo];
  const kind = similarTo === undefined ? 'because' : 'similar';
  const alike = likeInText(data, { ...filter, items }).map((each) => ({ ...each, kind }) as const);
  const exclude = new Set([...filter.exclude, ...alike.map(({ item }) => item)]);
  const rest = score(question, taste, { ...filter, exclude, limit: filter.limit - alike.length }, scorer, run);
  return [...alike, ...rest.filter((other) => alike.length === 0 || other.kind === 'popular')];
}

/** A shop that has only just been described: its items as they come, before anybody has had one. */
function anyOf(data: TenantData, { limit, exclude, allow }: Filter): Scored[] {
  const list: Scored[] = [];
  for (const item of data.describedItems.keys()) {
    if (list.length >= limit) break;
    if (!exclude.has(item) && allow(item)) list.push({ item, score: 0, kind: 'explore', because: [] });
  }
  return list;
}
