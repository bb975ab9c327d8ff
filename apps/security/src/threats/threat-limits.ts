import type { CountSignal, MinuteSignal, SubjectKind } from './signals.js';

/** The limits that apply from the first request, before a baseline is learnt. */
export interface ThreatLimits {
  /** Per minute, for each kind of subject. */
  readonly minute: Readonly<Record<MinuteSignal, Readonly<Record<SubjectKind, number>>>>;
  /** Of recent events; see DecayingCount. */
  readonly count: Readonly<Record<CountSignal, number>>;
  /** A request with at least this score of `security.screen` counts as an injection. */
  readonly injectionScore: number;
  /** After this many different unknown keys from one address, a valid key counts as guessed. */
  readonly guesses: number;
  /** The most subjects in memory. */
  readonly maxSubjects: number;
}

export interface LimitSettings {
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
  readonly injections: number;
  readonly injectionScore: number;
  readonly maxSubjects: number;
}

/** The limits of a tenant are this many times those of a key or an address, because it has many keys and users. */
const TENANT_FACTOR = 10;

export function limitsOf(settings: LimitSettings): ThreatLimits {
  const each = (value: number) => ({ key: value, address: value, tenant: value * TENANT_FACTOR });
  return {
    minute: {
      request_rate: each(settings.requestsPerMinute),
      error_rate: { key: 0.9, address: 0.9, tenant: 0.9 },
      spend: each(settings.tokensPerMinute),
      address_spread: { key: 20, address: Infinity, tenant: Infinity },
    },
    count: { injection: settings.injections, route_scan: 25, run_probing: 15, auth_failures: 15 },
    injectionScore: settings.injectionScore,
    guesses: 5,
    maxSubjects: settings.maxSubjects,
  };
}
