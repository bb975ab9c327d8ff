import { flag, setting } from '@llmos/config';
import { z } from 'zod';
import { parseNetworks } from '../auth/networks.js';

/** What the gateway's guard can be told. */
export const throttleSettings = {
  /** Off: nothing is observed and nobody is held back. */
  guard: setting('LLMOS_GUARD', flag().default(true)),
  /** How often what was seen goes to the threat detection, in milliseconds. */
  guardBatchMs: setting('LLMOS_GUARD_BATCH_MS', z.coerce.number().int().min(50).max(60_000).default(5_000)),
  /** Observations kept while they cannot be sent; the oldest are dropped. */
  guardBuffer: setting('LLMOS_GUARD_BUFFER', z.coerce.number().int().min(1).max(100_000).default(5_000)),
  /** Requests a minute that a slowed caller still has. */
  guardSlowPerMinute: setting('LLMOS_GUARD_SLOW_PER_MINUTE', z.coerce.number().int().min(1).max(10_000).default(12)),
  /** Proxies whose X-Forwarded-For is believed: addresses or networks, comma-separated. */
  trustedProxies: setting(
    'LLMOS_TRUSTED_PROXIES',
    z
      .string()
      .default('')
      .transform((text, context) => {
        const networks = parseNetworks(text);
        if (networks === undefined) context.addIssue('each must be an address or a network such as 10.0.0.0/8');
        return networks;
      }),
  ),
  /** On: callers on this machine are held back like anybody else. */
  restrictLoopback: setting('LLMOS_THREATS_RESTRICT_LOOPBACK', flag().default(false)),
};
