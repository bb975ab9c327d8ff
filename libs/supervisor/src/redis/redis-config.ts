import { createHash } from 'node:crypto';

/** Where the Redis of an instance listens: a Unix socket, or loopback where sockets cannot be used. */
export type RedisPlace = { readonly socket: string } | { readonly port: number };

/** The user of the services. */
export const REDIS_USER = 'llmos';
export const REDIS_PID_FILE = 'redis.pid';
export const REDIS_SOCKET = 'redis.sock';
/** The shortest limit of the systems: 104 bytes with the closing zero, on macOS. */
const MAX_SOCKET_BYTES = 103;

export interface RedisSettings {
  /** Holds the data and the file with the process id. */
  readonly folder: string;
  readonly place: RedisPlace;
  readonly password: string;
  /** What the data may occupy, in megabytes. */
  readonly memoryMb: number;
}

/** Whether a path is short enough for a Unix socket. */
export function fitsSocket(path: string): boolean {
  return Buffer.byteLength(path) <= MAX_SOCKET_BYTES;
}

export function redisUrl(place: RedisPlace): string {
  if ('port' in place) return `redis://127.0.0.1:${place.port}`;
  return `unix://${place.socket.split('/').map(encodeURIComponent).join('/')}`;
}

/**
 * The configuration of redis-server for one machine. No port is open where a socket can be used. The one user signs in
 * with a password, of which the file has the hash, and cannot administer the server. Every write is in the file within
 * a second. When the memory is full, what expires soonest is evicted: every key expires, and refusing to write would
 * end all conversations.
 */
export function redisConfig({ folder, place, password, memoryMb }: RedisSettings): string {
  const hash = createHash('sha256').update(password).digest('hex');
  return `${listenLines(place)}
dir ${quote(folder)}
pidfile ${quote(`${folder}/${REDIS_PID_FILE}`)}
set-proc-title no
loglevel warning
appendonly yes
appendfsync everysec
save ""
maxmemory ${memoryMb}mb
maxmemory-policy volatile-ttl
user default off
user ${REDIS_USER} on #${hash} ~* +@all -@admin -@dangerous -@blocking -@pubsub +info
`;
}

function listenLines(place: RedisPlace): string {
  if ('port' in place) return `bind 127.0.0.1\nport ${place.port}`;
  return `port 0\nunixsocket ${quote(place.socket)}\nunixsocketperm 700`;
}

const quote = JSON.stringify;
