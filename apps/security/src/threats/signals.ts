import type { Alert, Restriction } from '@llmos/contracts/capabilities/security';

export type SubjectKind = Restriction['subject']['kind'];
export type Severity = Alert['severity'];

/** Signals that are measured once a minute and compared with the subject's baseline. */
export const MINUTE_SIGNALS = ['request_rate', 'error_rate', 'spend', 'address_spread'] as const;
export type MinuteSignal = (typeof MINUTE_SIGNALS)[number];

/** Signals that are counted per event; each event's weight halves in 30 minutes. */
export const COUNT_SIGNALS = ['injection', 'route_scan', 'run_probing', 'auth_failures'] as const;
export type CountSignal = (typeof COUNT_SIGNALS)[number];

/** All signals; `guessed_key` is a suspicious order of events. */
export type Signal = MinuteSignal | CountSignal | 'guessed_key';

export interface MinuteRule {
  readonly kinds: readonly SubjectKind[];
  /** The smallest standard deviation to assume. */
  readonly floor: number;
  /** Smaller values are never unusual. */
  readonly from: number;
  readonly describe: (observed: number) => string;
  /** A value of this signal in words. */
  readonly show: (value: number) => string;
}

export interface CountRule {
  readonly kinds: readonly SubjectKind[];
  /** The smallest share of the subject's recent requests. */
  readonly share: number;
  readonly describe: (observed: number, limit: number) => string;
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const percent = (value: number): string => `${Math.round(value * 100)} %`;

export const MINUTE_RULES: Readonly<Record<MinuteSignal, MinuteRule>> = {
  request_rate: {
    kinds: ['key', 'tenant', 'address'],
    floor: 5,
    from: 60,
    describe: (observed) => `sent ${whole(observed)} requests in a minute`,
    show: whole,
  },
  error_rate: {
    kinds: ['key', 'address'],
    floor: 0.1,
    from: 0.5,
    describe: (observed) => `had ${percent(observed)} of its requests in a minute refused as invalid`,
    show: percent,
  },
  spend: {
    kinds: ['key', 'tenant', 'address'],
    floor: 2_000,
    from: 20_000,
    describe: (observed) => `spent ${whole(observed)} tokens in a minute`,
    show: whole,
  },
  address_spread: {
    kinds: ['key'],
    floor: 1,
    from: 5,
    describe: (observed) => `was used from ${whole(observed)} addresses within a minute`,
    show: whole,
  },
};

export const COUNT_RULES: Readonly<Record<CountSignal, CountRule>> = {
  injection: {
    kinds: ['key', 'tenant', 'address'],
    share: 0.1,
    describe: (observed, limit) =>
      `sent about ${whole(observed)} prompt injections in the last hour; the limit is ${whole(limit)}`,
  },
  route_scan: {
    kinds: ['key', 'address'],
    share: 0.3,
    describe: (observed, limit) =>
      `requested about ${whole(observed)} unknown routes or pipelines in the last hour; the limit is ${whole(limit)}`,
  },
  run_probing: {
    kinds: ['key', 'address'],
    share: 0.3,
    describe: (observed, limit) =>
      `requested about ${whole(observed)} unknown runs in the last hour; the limit is ${whole(limit)}`,
  },
  auth_failures: {
    kinds: ['address'],
    share: 0.3,
    describe: (observed, limit) =>
      `sent unknown keys about ${whole(observed)} times in the last hour; the limit is ${whole(limit)}`,
  },
};
