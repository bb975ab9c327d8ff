/** Where a Redis is, and as whom to sign in. */
export interface RedisAddress {
  /** The path of a Unix socket; then `host` and `port` are absent. */
  readonly path?: string;
  readonly host?: string;
  readonly port?: number;
  readonly tls: boolean;
  /** The number of the database. */
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
}

const DEFAULT_PORT = 6379;
const FORMS = 'redis://[user:password@]host[:port][/database], rediss:// for TLS, or unix:///path[?db=database]';

/**
 * Reads `redis://host:6379/0`, `rediss://…` (TLS) or `unix:///path/to/redis.sock?db=0`.
 *
 * @throws Error naming the accepted forms. It does not show the address, which may contain a password.
 */
export function parseRedisUrl(text: string): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const address = url && addressIn(url);
  if (!address) throw new Error(`The address of Redis is not in a known form: use ${FORMS}.`);
  return address;
}

function addressIn(url: URL): RedisAddress | undefined {
  const isSocket = url.protocol === 'unix:';
  if (!isSocket && url.protocol !== 'redis:' && url.protocol !== 'rediss:') return undefined;
  const db = databaseIn(isSocket ? (url.searchParams.get('db') ?? '') : url.pathname.slice(1));
  const [path, username, password] = [url.pathname, url.username, url.password].map(decoded);
  if (db === undefined || path === undefined || username === undefined || password === undefined) return undefined;
  const access = { db, ...(username ? { username } : {}), ...(password ? { password } : {}) };
  if (isSocket) return url.host === '' && path.length > 1 ? { path, tls: false, ...access } : undefined;
  if (url.hostname === '') return undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: url.port === '' ? DEFAULT_PORT : Number(url.port), tls: url.protocol === 'rediss:', ...access };
}

function databaseIn(text: string): number | undefined {
  if (text === '') return 0;
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
