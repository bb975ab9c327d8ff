import type { InputOf, OutputOf } from '@llmos/contracts';
import type { recommend } from '@llmos/contracts/capabilities/recommender';
import type { Catalogue } from '../data/catalogue.js';
import type { TenantData } from '../data/tenant-data.js';

type Request = InputOf<typeof recommend>;

/** The user or session for whom a list is made. */
export interface Profile {
  /** Liked items, oldest first. */
  readonly history: ReadonlyArray<{ readonly item: string }>;
  /** All items, liked or not. */
  readonly seen: readonly string[];
  /** Items that the user is against. They are never recommended to the user. */
  readonly against: ReadonlySet<string>;
  readonly basis: Extract<OutputOf<typeof recommend>['basis'], 'user' | 'session' | 'popular'>;
  readonly verb: 'had' | 'looked at';
}

/** Which items may be in a list. */
export interface Filter {
  readonly limit: number;
  readonly exclude: ReadonlySet<string>;
  readonly allow: (item: string) => boolean;
}

/** An item counts as liked if the user is not against it, with a value not below the minimum of the model's training. */
export function profileOf(request: Request, data: TenantData, minValue = Number.MIN_VALUE): Profile {
  const interactions = request.user === undefined ? [] : data.historyOf(request.user);
  const { liked, against } = data.opinionsOf(request.user ?? '');
  const had = interactions.filter(({ item, value }) => liked.has(item) && value >= minValue && value > 0);
  const session = (request.items ?? []).filter((item) => !against.has(item));
  const history = [...had.map(({ item }) => ({ item })), ...session.map((item) => ({ item }))];
  const seen = [...interactions.map(({ item }) => item), ...session];
  const verb = had.length > 0 ? 'had' : 'looked at';
  const basis = session.length > 0 ? 'session' : had.length > 0 ? 'user' : 'popular';
  return { history, seen, against, verb, basis };
}

export function filterOf(request: Request, { seen, against }: Profile, catalogue: Catalogue): Filter {
  const exclude = new Set([...against, ...(request.excludeSeen ? seen : [])]);
  const wanted = request.categories && new Set(request.categories.map((each) => each.trim().toLowerCase()));
  const allow = (id: string): boolean => {
    if (!catalogue.has(id)) return false;
    const item = catalogue.item(id);
    if (request.inStockOnly && item?.inStock === false) return false;
    const categories = item?.categories ?? (item?.category === undefined ? [] : [item.category]);
    return !wanted || categories.some((each) => wanted.has(each.toLowerCase()));
  };
  return { limit: request.limit, exclude, allow };
}

/** The same filter for what is still missing in a list. */
export function restOf(filter: Filter, listed: readonly { readonly item: string }[]): Filter {
  const exclude = new Set([...filter.exclude, ...listed.map(({ item }) => item)]);
  return { ...filter, exclude, limit: Math.max(0, filter.limit - listed.length) };
}
