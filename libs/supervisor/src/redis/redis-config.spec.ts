import { createHash } from 'node:crypto';
import { fitsSocket, redisConfig, redisUrl } from './redis-config.js';

describe('redisConfig', () => {
  const settings = { folder: '/home/a "b"/redis', password: 'secret-of-redis', memoryMb: 64 };
  const text = redisConfig({ ...settings, place: { socket: '/home/a "b"/redis/redis.sock' } });

  it('opens no port where a socket can be used, and only loopback elsewhere', () => {
    expect(text).toContain('port 0\nunixsocket "/home/a \\"b\\"/redis/redis.sock"\nunixsocketperm 700\n');
    expect(redisConfig({ ...settings, place: { port: 4711 } })).toMatch(/^bind 127\.0\.0\.1\nport 4711\n/);
  });

  it('requires a password, of which it has the hash only', () => {
    expect(text).toContain('user default off\n');
    expect(text).toContain(`user llmos on #${createHash('sha256').update('secret-of-redis').digest('hex')} `);
    expect(text).not.toContain('secret-of-redis');
  });

  it('keeps what is written, and evicts what expires soonest when the memory is full', () => {
    expect(text).toContain('appendonly yes\nappendfsync everysec\n');
    expect(text).toContain('maxmemory 64mb\nmaxmemory-policy volatile-ttl\n');
  });
});

it('redisUrl gives an address that reads back as the same path', () => {
  const socket = '/home/a b/ä?#%/redis.sock';
  expect(decodeURIComponent(new URL(redisUrl({ socket })).pathname)).toBe(socket);
  expect(redisUrl({ port: 4711 })).toBe('redis://127.0.0.1:4711');
});

it('fitsSocket knows how long the path of a socket may be, in bytes', () => {
  expect(fitsSocket('/'.padEnd(103, 'x'))).toBe(true);
  expect(fitsSocket('/'.padEnd(104, 'x'))).toBe(false);
  expect(fitsSocket('/'.padEnd(60, 'ä'))).toBe(false);
});
