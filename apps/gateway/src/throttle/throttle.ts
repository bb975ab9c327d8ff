import { ERRORS, LlmosError, type TerminalAnswer } from '@llmos/contracts';
import type { Observation, Restriction } from '@llmos/contracts/capabilities/security';
import type { Caller } from '../auth/caller.js';
import type { Identity } from '../auth/identity.js';
import { RetryLaterError } from '../http/errors.js';
import { nameOf, type RestrictionsFeed } from './restrictions-feed.js';
import { usageOf, type RunUsage } from './run-usage.js';
import type { SlowLane } from './slow-lane.js';
import { throttleMetrics } from './throttle.metrics.js';

/** A request at its end. */
export interface HandledRequest {
  /** Method and route template. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly pipeline?: string | undefined;
  /** Of the live run that the request started. */
  readonly usage?: RunUsage | undefined;
}

/** A durable run, with what is known of the request that started it. It is kept until the run ends. */
export interface DurableRun {
  readonly caller: Caller;
  readonly address: string | undefined;
  readonly pipeline: string;
  readonly startedAtMs: number;
}

export interface ThrottleOptions {
  readonly feed: RestrictionsFeed;
  readonly slowLane: SlowLane;
  /** Restrict requests from this machine too. */
  readonly restrictLoopback: boolean;
}

/** The tenant in observations of requests without a known key. */
const ANONYMOUS = 'anonymous';

/** Decides whether a request may pass, and turns requests and durable runs that have ended into observations. */
export class Throttle {
  constructor(private readonly options: ThrottleOptions) {}

  /** The error to reply with; undefined if the request may pass, as it may while the restrictions are not known. */
  refuse({ address, isLocal, key, caller }: Identity, nowMs: number): LlmosError | undefined {
    const { feed, slowLane, restrictLoopback } = this.options;
    if (feed.size === 0 || (isLocal && !restrictLoopback)) return undefined;
    const names = [
      nameOf({ kind: 'address', id: address }),
      caller && key && nameOf({ kind: 'key', id: key }),
      caller && nameOf({ kind: 'tenant', id: caller.tenant }),
    ];
    const restriction = feed.find(names, nowMs);
    if (!restriction) return undefined;
    const refusal = restriction.action === 'slow' ? slowed(slowLane.take(restriction.id, nowMs)) : barred(restriction);
    if (refusal) throttleMetrics.refusals.inc({ action: restriction.action });
    return refusal;
  }

  observe({ address, key, caller }: Identity, request: HandledRequest, nowMs: number): Observation {
    const { usage, pipeline, ...handled } = request;
    return {
      at: new Date(nowMs).toISOString(),
      tenant: caller?.tenant ?? ANONYMOUS,
      address,
      ...handled,
      tokens: 0,
      ...usage,
      ...(key === undefined ? {} : { key }),
      ...(pipeline === undefined ? {} : { pipeline }),
    };
  }

  /** Undefined for a run without usage and score: its request has been observed. */
  observeRun(run: DurableRun, answer: TerminalAnswer, nowMs: number): Observation | undefined {
    const usage = usageOf(answer);
    if (Object.keys(usage).length === 0) return undefined;
    const { caller, address, pipeline, startedAtMs } = run;
    return {
      kind: 'run',
      at: new Date(nowMs).toISOString(),
      tenant: caller.tenant,
      route: 'durable run',
      status: answer.type === 'failed' ? ERRORS[answer.error.code].httpStatus : 200,
      durationMs: Math.max(0, nowMs - startedAtMs),
      pipeline,
      tokens: 0,
      ...usage,
      ...(address === undefined ? {} : { address }),
      ...(caller.key === undefined ? {} : { key: caller.key }),
    };
  }
}

function slowed(retryAfterSeconds: number): LlmosError | undefined {
  if (retryAfterSeconds === 0) return undefined;
  const message = `Your requests are slowed down. The next one is accepted in ${retryAfterSeconds} s.`;
  return new RetryLaterError('RATE_LIMITED', message, retryAfterSeconds);
}

function barred({ id, subject, until }: Restriction): LlmosError {
  const whose = { key: 'This API key', tenant: 'This tenant', address: 'This address' }[subject.kind];
  const when = until === undefined ? 'until an operator lifts the restriction' : `until ${until}`;
  return new LlmosError(
    'RESTRICTED',
    `${whose} is blocked ${when}. Ask the operator of this service, and name the restriction '${id}'.`,
  );
}
