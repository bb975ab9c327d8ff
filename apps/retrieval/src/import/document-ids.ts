import { createHash } from 'node:crypto';

const GIVEN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
const MAX_CHARS = 100;

/** Gives each document of an import an id that is the same in every import: its own, or one of its source. */
export class DocumentIds {
  private readonly sources = new Map<string, string>();

  /**
   * Undefined if another document of this import has the same id of its own.
   *
   * @param key tells it from the others of its file
   */
  idOf(
    source: string,
    { id: own, key }: { readonly id?: string | undefined; readonly key?: string | undefined },
  ): string | undefined {
    const file = source.replace(/#.*$/u, '').replace(/\.[A-Za-z0-9]{1,8}$/u, '');
    const place = key === undefined ? source.replace(/\.[A-Za-z0-9]{1,8}(?=#|$)/u, '') : `${file} ${key}`;
    const wanted = own !== undefined && GIVEN.test(own) ? own : slugOf(own ?? place);
    if (this.take(wanted, source)) return wanted;
    if (own !== undefined) return undefined;
    const other = `${wanted}-${hashOf(source)}`;
    return this.take(other, source) ? other : undefined;
  }

  private take(id: string, source: string): boolean {
    const known = this.sources.get(id);
    if (known !== undefined && known !== source) return false;
    this.sources.set(id, source);
    return true;
  }
}

/** Letters, digits and `-`; a name that loses letters or its end keeps a hash, so that two names have two ids. */
function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '');
  const slug = plain
    .replace(/^https?:\/\/(?:www\.)?/iu, '')
    .replace(/[^A-Za-z0-9]+/gu, '-')
    .replace(/^-+|-+$/gu, '')
    .toLowerCase();
  if (slug !== '' && slug.length <= MAX_CHARS && !/[^\p{ASCII}]/u.test(plain)) return slug;
  return `${slug.slice(0, MAX_CHARS)}-${hashOf(name)}`.replace(/^-/, 'd-');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
