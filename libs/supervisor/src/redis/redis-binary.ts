import { findServer, type ServerKind, type ServerProgram, type ServerSearch } from '../processes/server-program.js';

const REDIS: ServerKind = {
  program: 'redis-server',
  // The scripts of libs/state need sorted sets and expiry as they have been since 6.2.
  oldestVersion: '6.2.0',
  setting: 'LLMOS_REDIS_SERVER',
  install: 'install it (for example `apt install redis-server`), put it in the PATH, and run this again',
  // The last series under the BSD licence.
  image: 'redis:7.2-alpine',
  containerName: 'llmos-redis',
  environment: [],
};

/** Finds redis-server for this machine; see {@link findServer}. */
export function findRedisServer(search: ServerSearch): Promise<ServerProgram> {
  return findServer(REDIS, search);
}
