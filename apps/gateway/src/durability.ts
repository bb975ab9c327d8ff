import type { Check } from '@llmos/contracts';

/** What the operator says of the broker. */
export type Durability = 'synced' | 'relaxed';

/** So many copies on different machines survive the loss of power of one. */
const SAFE_COPIES = 3;

/**
 * Whether acknowledged work survives a loss of power. By default nats-server syncs its files every two minutes, long
 * after it has acknowledged, and no client can ask it how it is configured: either each stream has three copies, or the
 * operator says that the broker syncs before it acknowledges, or that losses are accepted.
 *
 * @param copies of each stream.
 */
export function durabilityCheck(durability: Durability | undefined, copies: number): Check {
  const name = 'durability';
  if (durability === 'synced' || copies >= SAFE_COPIES) return { name, state: 'ready' };
  if (durability === 'relaxed')
    return { name, state: 'ready', message: 'A loss of power can lose accepted work (LLMOS_NATS_DURABILITY=relaxed).' };
  return {
    name,
    state: 'failed',
    message:
      `Each stream has ${copies === 1 ? 'one copy' : `${copies} copies`}, and the broker may acknowledge before it syncs: ` +
      'a loss of power can lose accepted work. Set sync_interval: always in nats-server and LLMOS_NATS_DURABILITY=synced; ' +
      'or run three brokers with LLMOS_NATS_REPLICAS=3; or accept it with LLMOS_NATS_DURABILITY=relaxed.',
  };
}
