import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { fetchFile } from './fetch-page.js';
import { fetchPages } from './fetch-pages.js';
import { isPublic } from './public-address.js';
import { readSitemap } from './sitemap.js';

const { signal } = new AbortController();

describe('isPublic', () => {
  it.each(['8.8.8.8', '2606:4700:4700::1111'])('%s', (address) => expect(isPublic(address)).toBe(true));
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::a00:1',
    '::7f00:1',
    '::10.0.0.1',
    'localhost',
  ])('not %s', (address) => expect(isPublic(address)).toBe(false));
});

describe('fetchFile', () => {
  let server: Server;
  let origin: string;
  let onBegun = (): void => undefined;
  const sitemapsOf = (count: number): string =>
    Array.from({ length: count }, (_, n) => `<sitemap><loc>${origin}/map/${n}</loc></sitemap>`).join('');
  const pagesOf = (map: string): string =>
    Array.from({ length: 5_000 }, (_, n) => `<url><loc>ftp:${map}/${n}</loc></url>`).join('');
  beforeAll(async () => {
    server = createServer(({ url }, reply) => {
      const pages: Record<string, () => unknown> = {
        '/page': () => reply.setHeader('content-type', 'text/html').end('<p>Hello</p>'),
        '/packed': () => reply.setHeader('content-encoding', 'gzip').end(gzipSync('<p>Packed</p>')),
        '/bomb': () => reply.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(12_000_000))),
        '/moved': () => reply.writeHead(302, { location: '/page' }).end(),
        '/round': () => reply.writeHead(302, { location: '/round' }).end(),
        '/file': () => reply.writeHead(302, { location: 'file:///etc/passwd' }).end(),
        // Without a length: only its end says how long it is.
        '/endless': () => {
          reply.shouldKeepAlive = false;
          reply.useChunkedEncodingByDefault = false;
          reply.write('<p>The beginning</p>');
          onBegun();
        },
        '/maps.xml': () =>
          reply.setHeader('content-type', 'application/xml').end(`<sitemapindex>${sitemapsOf(40)}</sitemapindex>`),
        '/sitemap.xml': () =>
          reply
            .setHeader('content-type', 'application/xml')
            .end(
              `<urlset><url><loc>${origin}/page</loc></url><url><loc>${origin}/none?a=1&amp;b=2</loc></url></urlset>`,
            ),
      };
      if (url?.startsWith('/map/'))
        pages[url] = () => reply.setHeader('content-type', 'application/xml').end(`<urlset>${pagesOf(url)}</urlset>`);
      (pages[url ?? ''] ?? (() => reply.writeHead(404).end()))();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  const fetched = async (path: string): Promise<string> => {
    const { bytes } = await fetchFile(`${origin}${path}`, { signal, allowPrivate: true });
    return Buffer.from(bytes).toString();
  };

  it('fetches pages, packed ones, and where they have moved to', async () => {
    expect(await fetched('/page')).toBe('<p>Hello</p>');
    expect(await fetched('/packed')).toBe('<p>Packed</p>');
    expect(await fetched('/moved')).toBe('<p>Hello</p>');
  });

  it.each([
    ['/round', /redirected more than 5 times/],
    ['/file', /is no http or https address/],
    ['/none', /answered with the status 404/],
    ['/bomb', /is larger than 10000000 bytes/],
  ])('names what is wrong with %s', (path, fault) => expect(fetched(path)).rejects.toThrow(fault));

  it('does not take the beginning of a page for the whole when its time is over', async () => {
    const limit = new AbortController();
    const begun = new Promise<void>((resolve) => (onBegun = resolve));
    const page = fetchFile(`${origin}/endless`, { signal: limit.signal, allowPrivate: true });
    await begun;
    // By then the beginning has arrived as well.
    await fetched('/page');
    limit.abort(new Error('the time is over'));
    await expect(page).rejects.toThrow('the time is over');
  });

  it.each([
    'http://127.0.0.1:1/',
    'http://localhost:1/',
    'http://[::1]:1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://169.254.169.254/latest/meta-data',
  ])('does not connect to the private address %s', (address) =>
    expect(fetchFile(address, { signal, allowPrivate: false })).rejects.toThrow(/private address/),
  );

  it.each(['ftp://example.org/', 'no address', 'http://user:secret@example.org/'])('refuses %s', (address) =>
    expect(fetchFile(address, { signal, allowPrivate: false })).rejects.toThrow(/is no http|has a password/),
  );

  it('fetches the pages of a sitemap, and names those that fail', async () => {
    const totals: number[] = [];
    const pages = fetchPages([`${origin}/sitemap.xml`], { signal, allowPrivate: true }, (total) => totals.push(total));
    const found: unknown[] = [];
    for await (const page of pages) found.push(page);
    expect(found).toMatchObject([
      { name: `${origin}/page` },
      { source: `${origin}/none?a=1&b=2`, reason: 'answered with the status 404' },
    ]);
    expect(totals.at(-1)).toBe(2);
  });

  it('reads at most 50,000 addresses of one sitemap, as many as it may have', () => {
    const bytes = Buffer.from(`<urlset>${'<url><loc>a</loc></url>'.repeat(60_000)}</urlset>`);
    expect(readSitemap({ name: 'a.xml', bytes })?.pages).toHaveLength(50_000);
  });

  it('takes no more addresses from sitemaps than it can hold', async () => {
    let named = 0;
    for await (const page of fetchPages([`${origin}/maps.xml`], { signal, allowPrivate: true }, () => undefined))
      if ('reason' in page) named++;
    // The rest of the 50,000 are the index and its sitemaps.
    expect(named).toBe(49_959);
  });
});
