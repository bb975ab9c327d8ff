import type { InputOf, OutputOf } from '@llmos/contracts';
import type { recommend, stats } from '@llmos/contracts/capabilities/recommender';
import type { Embedder } from '@llmos/models';
import { withSpan } from '@llmos/telemetry';
import { Catalogue } from './data/catalogue.js';
import type { DataFeed } from './data/data-feed.js';
import { SHARED_TENANT } from './data/entry-ref.js';
import type { Scored, Scorer } from './model/scorer.js';
import { recommenderMetrics } from './recommender.metrics.js';
import { filterOf, profileOf, restOf, type Filter, type Profile } from './serving/profile.js';
import { randomOf } from './serving/run-random.js';
import type { Scorers } from './serving/scorers.js';
import { reasonFor, sentenceFor } from './serving/sentence.js';
import type { ServedModels } from './serving/served-models.js';
import { similarItems } from './serving/similar-items.js';
import { findByText } from './serving/text-search.js';
import { similarByText } from './serving/text-similarity.js';
import { isUnwanted, itemCalled, partWish, readWish } from './serving/wish.js';
import type { TaskContext } from './task-context.js';

type Request = InputOf<typeof recommend>;
type Recommendations = OutputOf<typeof recommend>;
type Task = Pick<TaskContext, 'tenant' | 'run'>;

/** What a list is made from. */
interface Scene {
  readonly request: Request;
  readonly profile: Profile;
  /** What is asked for in words, without what is not wanted. */
  readonly wish: string;
  readonly filter: Filter;
  readonly catalogue: Catalogue;
  readonly scorer: Scorer;
  readonly hasModel: boolean;
  /** Whether nobody has had an item or said anything about it. */
  readonly isNew: (item: string) => boolean;
  readonly random: () => number;
}

/** Words alone have to do if the encoder takes longer. */
const MAX_EMBED_MS = 2_000;

/**
 * Recommends items to a user, for a session, similar to an item, or for a wish. All data is in memory. Interactions
 * since the training count, because the history of the user is read for each request.
 */
export class RecommenderService {
  constructor(
    private readonly feed: DataFeed,
    private readonly models: ServedModels,
    private readonly scorers: Scorers,
    private readonly embeddings: Pick<Embedder, 'embed'>,
  ) {}

  /**
   * A tenant without items of its own gets items of the shared tenant, by the interactions of its own users with them.
   * For an unknown user, session, item or wish the result is popular items.
   */
  async recommend(request: Request, task: Task): Promise<Recommendations> {
    const answer = await withSpan('recommend', { attributes: { 'llmos.limit': request.limit } }, async (span) => {
      const given = await this.answer(request, task);
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

  private async answer(request: Request, { tenant, run }: Task): Promise<Recommendations> {
    const own = this.feed.tenant(tenant);
    const hasOwnModel = this.models.get(tenant) !== undefined;
    const catalogue = Catalogue.of(own, this.feed.tenant(SHARED_TENANT), hasOwnModel);
    const source = catalogue.isShared && !hasOwnModel ? SHARED_TENANT : tenant;
    const served = this.models.get(source);
    const knowsUser = request.user !== undefined && own.hasUser(request.user);
    const data = this.feed.tenant(source);
    const profile = profileOf(request, knowsUser ? own : data, served?.entry.minValue);
    const filter = filterOf(request, profile, catalogue);
    const wish = partWish(request.text ?? '');
    const list = await this.listFor({
      request,
      profile,
      filter: { ...filter, allow: (item) => filter.allow(item) && !isUnwanted(wish, item, catalogue) },
      wish: wish.wanted,
      catalogue,
      scorer: this.scorers.of(source, catalogue),
      hasModel: served !== undefined,
      isNew: (item) => data.usersOfItem(item) === 0,
      random: randomOf(run),
    });
    const items = list.map(({ item, score, kind, because }) => {
      const title = catalogue.item(item)?.title;
      // A deleted or unknown item has no title that could be a reason.
      const named = because.filter((id) => catalogue.has(id));
      const reason = reasonFor(kind, named, profile.verb, (id) => catalogue.item(id));
      return { item, ...(title === undefined ? {} : { title }), score, reason };
    });
    return {
      items,
      text: sentenceFor(items.map(({ item, title }) => title ?? item)),
      basis: basisOf(list, profile),
      ...(served ? { model: served.version } : {}),
    };
  }

  /** What was asked for, then what the user or session may like, then other items of the catalogue. */
  private async listFor(all: Scene): Promise<Scored[]> {
    const target = targetOf(all);
    // An item is not among those that are like it, nor behind them.
    const scene = target === undefined ? all : { ...all, filter: without(all.filter, target) };
    const { filter } = scene;
    const asked = await this.askedFor(scene, target);
    const personal = usualFor({ ...scene, filter: restOf(filter, asked) }, asked.length > 0);
    const list = [...asked, ...personal];
    return decreasing([...list, ...newItems(scene, restOf(filter, list))]);
  }

  private async askedFor(scene: Scene, target: string | undefined): Promise<Scored[]> {
    const { request, wish, filter, catalogue, scorer } = scene;
    if (target !== undefined)
      return similarItems(target, catalogue, scorer, { ...filter, diversity: request.diversity });
    return wish.trim() === '' ? [] : findByText(catalogue, wish, await this.embed(wish), filter);
  }

  private async embed(text: string): Promise<Float32Array | undefined> {
    const found = await this.embeddings.embed([text], AbortSignal.timeout(MAX_EMBED_MS)).catch(() => undefined);
    return found?.[0];
  }
}

/** The item that others shall be similar to: named in the request, or in the wish. */
function targetOf({ request: { similarTo }, wish, catalogue }: Scene): string | undefined {
  if (similarTo !== undefined) return itemCalled(similarTo, catalogue) ?? similarTo;
  const read = wish.trim() === '' ? undefined : readWish(wish, catalogue);
  return read && 'similarTo' in read ? read.similarTo : undefined;
}

function without(filter: Filter, item: string): Filter {
  return { ...filter, exclude: new Set([...filter.exclude, item]) };
}

/** A list that has no answer to what was asked has the basis of its profile. */
function basisOf(list: readonly Scored[], profile: Profile): Recommendations['basis'] {
  const asked = list.find(({ kind }) => kind === 'similar' || kind === 'wish')?.kind;
  if (asked === 'similar' || asked === 'wish') return asked;
  return list.length === 0 || list.some(({ kind }) => kind === 'because') ? profile.basis : 'popular';
}

/** Scores decrease along the list, also between its parts. */
function decreasing(list: readonly Scored[]): Scored[] {
  let least = Infinity;
  return list.map((each) => {
    least = Math.min(each.score, least - Number.EPSILON);
    return { ...each, score: least };
  });
}

/** By the model, or before the first training by texts; without what rests on a history if something was asked for. */
function usualFor(scene: Scene, hasAsked: boolean): Scored[] {
  const { profile, filter, scorer, hasModel, catalogue, random } = scene;
  const { diversity, exploration } = scene.request;
  if (hasAsked) return scorer.popular({ ...filter, random });
  const { history } = profile;
  if (history.length === 0) return scorer.popular({ ...filter, exploration, random });
  if (hasModel) return scorer.recommendFor({ ...filter, history, diversity, exploration, random });
  const items = history.map(({ item }) => item);
  const similar = similarByText(catalogue, { ...filter, items }).map((each) => ({ ...each, kind: 'because' }) as const);
  return [...similar, ...scorer.popular({ ...restOf(filter, similar), exploration, random })];
}

/** Described items that nobody had yet: few interactions must not reduce a catalogue to few items. */
function newItems({ catalogue, isNew }: Scene, { limit, exclude, allow }: Filter): Scored[] {
  const list: Scored[] = [];
  for (const item of catalogue.items.keys()) {
    if (list.length >= limit) break;
    if (isNew(item) && !exclude.has(item) && allow(item)) list.push({ item, score: 0, kind: 'explore', because: [] });
  }
  return list;
}
