import { FileFault, type Found, type SourceFile } from '../read/source-file.js';
import { fetchFile, type FetchOptions } from './fetch-page.js';
import { readSitemap } from './sitemap.js';

const MAX_PAGES = 1_000;
const MAX_SITEMAPS = 50;
/** Addresses held at once, as many as one sitemap may have. */
const MAX_ADDRESSES = 50_000;
/** Pages fetched at once: few, because they are mostly of one site. */
const AT_ONCE = 4;

type Fetched = SourceFile | Extract<Found, { reason: string }>;

/**
 * Fetches pages, and the pages of sitemaps, up to 1,000. What cannot be fetched is named with the reason.
 *
 * @param onTotal receives the number of pages when it is known
 */
export async function* fetchPages(
  addresses: readonly string[],
  options: FetchOptions,
  onTotal: (pages: number) => void,
): AsyncGenerator<Fetched> {
  const seen = new Set(addresses);
  let queue = [...seen];
  let sitemaps = 0;
  while (queue.length > 0) {
    const next = queue.splice(0, AT_ONCE);
    for (const fetched of await Promise.all(next.map((address) => tryFetch(address, options)))) {
      const sitemap = 'bytes' in fetched ? trySitemap(fetched) : undefined;
      if (!sitemap) yield fetched;
      else if ('reason' in sitemap) yield sitemap;
      else {
        sitemaps++;
        const further = sitemaps > MAX_SITEMAPS ? [] : [...sitemap.sitemaps, ...sitemap.pages];
        const fresh = further.filter((address) => !seen.has(address));
        const taken = fresh.slice(0, Math.max(0, MAX_ADDRESSES - seen.size));
        for (const address of taken) seen.add(address);
        queue = [...queue, ...taken];
      }
    }
    onTotal(Math.min(seen.size - sitemaps, MAX_PAGES));
    if (seen.size - queue.length - sitemaps < MAX_PAGES) continue;
    for (const source of queue) yield { source, reason: `is beyond the ${MAX_PAGES} pages of one import` };
    return;
  }
}

async function tryFetch(source: string, options: FetchOptions): Promise<Fetched> {
  try {
    return await fetchFile(source, options);
  } catch (error) {
    if (error instanceof FileFault) return { source, reason: error.message };
    throw error;
  }
}

function trySitemap(file: SourceFile): ReturnType<typeof readSitemap> | Extract<Found, { reason: string }> {
  try {
    return readSitemap(file);
  } catch (error) {
    if (error instanceof FileFault) return { source: file.name, reason: error.message };
    throw error;
  }
}
