import { gunzipSync } from 'node:zlib';
import { Parser } from 'htmlparser2';
import { FileFault, type SourceFile } from '../read/source-file.js';

const MAX_BYTES = 50_000_000;
/** As many as the protocol of sitemaps allows. */
const MAX_ADDRESSES = 50_000;

/** The addresses in a sitemap, and those of further sitemaps; undefined for a file that is none. */
export function readSitemap({
  name,
  bytes,
  type = '',
}: SourceFile): { pages: string[]; sitemaps: string[] } | undefined {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isPacked && !/xml/u.test(type) && !/\.xml(?:[?#]|$)/u.test(name)) return undefined;
  const xml = isPacked ? unpack(bytes) : Buffer.from(bytes).toString('utf8');
  if (!/<(?:\w+:)?(?:urlset|sitemapindex)\b/u.test(xml.slice(0, 5_000))) return undefined;
  const found = { pages: [] as string[], sitemaps: [] as string[] };
  let list: string[] | undefined;
  let text: string | undefined;
  const parser = new Parser(
    {
      onopentag: (tag) => {
        if (tag === 'url') list = found.pages;
        if (tag === 'sitemap') list = found.sitemaps;
        if (tag === 'loc') text = '';
      },
      ontext: (piece) => {
        if (text !== undefined) text += piece;
      },
      onclosetag: (tag) => {
        if (tag === 'loc' && text !== undefined && list && list.length < MAX_ADDRESSES) list.push(text.trim());
        if (tag === 'loc') text = undefined;
      },
    },
    { xmlMode: true },
  );
  parser.write(xml);
  parser.end();
  return found;
}

function unpack(bytes: Uint8Array): string {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES }).toString('utf8');
  } catch {
    throw new FileFault(`cannot be unpacked, or unpacks to more than ${MAX_BYTES} bytes`);
  }
}
