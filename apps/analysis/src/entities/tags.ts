/** The entity types of the head. Patterns find dates, money, e-mail and products. */
export const NAMED_TYPES = ['person', 'organisation', 'place'] as const;
export type NamedType = (typeof NAMED_TYPES)[number];

/** BIO tags: `O` is 0; the type at index t has the tags 1 + 2t (begin) and 2 + 2t (inside). */
export const TAGS = 1 + 2 * NAMED_TYPES.length;
export const OUTSIDE = 0;

export const beginTag = (type: NamedType): number => 1 + 2 * NAMED_TYPES.indexOf(type);
export const insideTag = (type: NamedType): number => 2 + 2 * NAMED_TYPES.indexOf(type);
export const isInside = (tag: number): boolean => tag > 0 && tag % 2 === 0;

/** The type of a tag; undefined for `O`. */
const typeOfTag = (tag: number): NamedType | undefined => NAMED_TYPES[Math.floor((tag - 1) / 2)];

/** Whether `tag` may follow `before` (-1 at the start): an inside tag needs a tag of the same type before it. */
export function mayFollow(before: number, tag: number): boolean {
  return !isInside(tag) || before === tag || before === tag - 1;
}

/** A run of words that is one name: from the word `first` to the word before `end`. */
export interface TagRun {
  readonly type: NamedType;
  readonly first: number;
  readonly end: number;
}

/** The names in a sequence of tags. */
export function runsOf(tags: ArrayLike<number>): TagRun[] {
  const runs: TagRun[] = [];
  for (let at = 0; at < tags.length; at++) {
    const type = typeOfTag(tags[at]!);
    if (!type) continue;
    const first = at;
    while (at + 1 < tags.length && tags[at + 1] === insideTag(type)) at++;
    runs.push({ type, first, end: at + 1 });
  }
  return runs;
}
