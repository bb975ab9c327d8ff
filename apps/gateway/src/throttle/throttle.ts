import { LlmosError } from '@llmos/contracts';
import type { Observation, Restriction } from '@llmos/contracts/capabilities/security';
import type { BlockList } from 'node:net';
import { clientAddressOf, type ClientAddress } from '../auth/client-address.js';
import type { CallerKeys, CallerKey } from '../auth/identity.js';
import { throttleMetrics } from './throttle.metrics.js';
import type { ReplyNotes } from './observation-notes.js';
import { nameOf, type RestrictionsFeed } from './restrictions-feed.js';
import type { SlowLane } from './slow-lane.js';

/** Who sent a request: its address and its key. */
export type Sender = ClientAddress & CallerKey;

/** What the guard looks at of a request. */
export interface Arrival {
  readonly socketAddress: string | undefined;
  readonly forwardedFor: string | string[] | undefined;
  readonly authorization: string | undefined;
}

/** What is known of a request at its end. */
export interface Departure {
  /** Method and route template. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly pipeline: string | undefined;
  readonly notes: ReplyNotes | undefined;
}

/** A request that is not to be worked on, and when to try again, in seconds, where that helps. */
export interface Refusal {
  readonly error: LlmosError;
  readonly retryAfterSeconds?: number;
}

export interface ThrottleOptions {
  readonly keys: CallerKeys;
  readonly feed: RestrictionsFeed;
  readonly slowLane: SlowLane;
  readonly trustedProxies: BlockList | undefined;
  readonly restrictLoopback: boolean;
}

/** Without a known key a request speaks for nobody. */
const NOBODY = 'anonymous';

/** Decides whether a caller is let in, and puts what was seen of a request into an observation. */
export class Throttle {
  constructor(private readonly options: ThrottleOptions) {}

  identify({ socketAddress, forwardedFor, authorization }: Arrival): Sender {
    const address = clientAddressOf(socketAddress, forwardedFor, this.options.trustedProxies);
    return { ...address, ...this.options.keys.identify(authorization) };
  }

  /** Undefined when the caller may come in, which is so whenever the restrictions are not known. */
  refuse(caller: Sender, nowMs: number): Refusal | undefined {
    const { feed, slowLane, restrictLoopback } = this.options;
    if (feed.size === 0 || (caller.isLocal && !restrictLoopback)) return undefined;
    const { key, tenant, address } = caller;
    const names = [
      nameOf({ kind: 'address', id: address }),
      tenant === undefined || key === undefined ? undefined : nameOf({ kind: 'key', id: key }),
      tenant === undefined ? undefined : nameOf({ kind: 'tenant', id: tenant }),
    ];
    const restriction = feed.find(names, nowMs);
    if (!restriction) return undefined;
    const refusal = restriction.action === 'slow' ? slowed(slowLane.take(restriction.id, nowMs)) : barred(restriction);
    if (refusal) throttleMetrics.refusals.inc({ action: restriction.action });
    return refusal;
  }

  observe(caller: Sender, departure: Departure, nowMs: number): Observation {
    const { route, status, durationMs, pipeline, notes } = departure;
    return {
      at: new Date(nowMs).toISOString(),
      tenant: caller.tenant ?? NOBODY,
      address: caller.address,
      route,
      status,
      durationMs,
      tokens: notes?.tokens ?? 0,
      ...(caller.key === undefined ? {} : { key: caller.key }),
      ...(pipeline === undefined ? {} : { pipeline }),
      ...(notes?.injectionScore === undefined ? {} : { injectionScore: notes.injectionScore }),
    };
  }
}

function slowed(retryAfterSeconds: number): Refusal | undefined {
  if (retryAfterSeconds === 0) return undefined;
  const message = `Requests from here are slowed for now. The next one is taken in ${retryAfterSeconds} s.`;
  return { error: new LlmosError('RATE_LIMITED', message), retryAfterSeconds };
}

function barred({ id, subject, until }: Restriction): Refusal {
  const whose = subject.kind === 'key' ? 'This API key' : subject.kind === 'tenant' ? 'This tenant' : 'This address';
  const when = until === undefined ? 'until an operator lifts it' : `until ${until}`;
  const message = `${whose} is held back ${when}. Ask whoever runs this service, and name the restriction '${id}'.`;
  return { error: new LlmosError('RESTRICTED', message) };
}
