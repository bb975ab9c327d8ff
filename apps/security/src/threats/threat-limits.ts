import type { CountSignal, MinuteSignal, SubjectKind } from './signals.js';

/** The limits that hold from the first request on, before anything is known of a caller. */
export interface ThreatLimits {
  /** In a minute, for each kind of subject. */
  readonly minute: Readonly<Record<MinuteSignal, Readonly<Record<SubjectKind, number>>>>;
  /** Lately; see DecayingCount. */
  readonly count: Readonly<Record<CountSignal, number>>;
  /** From this score of `security.screen` on a request counts as an injection. */
  readonly injectionScore: number;
  /** Different unknown keys from one address, after which a known one looks guessed. */
  readonly guesses: number;
  /** Subjects kept in memory. */
  readonly maxSubjects: number;
}

export interface LimitSettings {
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
  readonly injections: number;
  readonly injectionScore: number;
  readonly maxSubjects: number;
}

/** A tenant has many keys and users: its limits are this many times those of a key or an address. */
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
