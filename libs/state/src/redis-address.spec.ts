import { parseRedisUrl } from './redis-address.js';

describe('parseRedisUrl', () => {
  it.each([
    ['redis://localhost', { host: 'localhost', port: 6379, tls: false, db: 0 }],
    ['rediss://cache.example:6380/2', { host: 'cache.example', port: 6380, tls: true, db: 2 }],
    ['redis://[::1]:7000', { host: '::1', port: 7000, tls: false, db: 0 }],
    ['redis://u%40x:p%2Fw@h', { host: 'h', port: 6379, tls: false, db: 0, username: 'u@x', password: 'p/w' }],
    ['redis://:secret@h', { host: 'h', port: 6379, tls: false, db: 0, password: 'secret' }],
    ['unix:///run/with%20space/redis.sock', { path: '/run/with space/redis.sock', tls: false, db: 0 }],
    ['unix:///run/redis.sock?db=3', { path: '/run/redis.sock', tls: false, db: 3 }],
  ])('reads %s', (text, address) => {
    expect(parseRedisUrl(text)).toEqual(address);
  });

  it.each([
    '',
    'localhost:6379',
    '/run/redis.sock',
    'http://localhost',
    'redis://',
    'redis://h/zero',
    'redis://h/-1',
    'redis://h:99999',
    'redis://u:%ZZ@h',
    'unix://',
    'unix:///',
    'unix://host/redis.sock',
  ])('refuses "%s" without showing it', (text) => {
    expect(() => parseRedisUrl(text)).toThrow(/use redis:\/\/.*rediss:\/\/.*unix:\/\//);
    if (text.length > 12) expect(() => parseRedisUrl(text)).not.toThrow(text);
  });
});
