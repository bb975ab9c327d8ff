import type { Alert, Restriction } from '@llmos/contracts/capabilities/security';

export type SubjectKind = Restriction['subject']['kind'];
export type Severity = Alert['severity'];

/** Signals measured once a minute and compared with what is usual. */
export const MINUTE_SIGNALS = ['request_rate', 'error_rate', 'spend', 'address_spread'] as const;
export type MinuteSignal = (typeof MINUTE_SIGNALS)[number];

/** Signals counted as they come, each fading within the hour. */
export const COUNT_SIGNALS = ['injection', 'route_scan', 'run_probing', 'auth_failures'] as const;
export type CountSignal = (typeof COUNT_SIGNALS)[number];

/** Signals of an order of events that should not be. */
export type Signal = MinuteSignal | CountSignal | 'guessed_key';

export interface MinuteRule {
  readonly kinds: readonly SubjectKind[];
  /** The spread is never taken to be smaller. */
  readonly floor: number;
  /** Below this the statistics have no say. */
  readonly from: number;
  readonly describe: (observed: number) => string;
  /** A value of this signal in words. */
  readonly show: (value: number) => string;
}

export interface CountRule {
  readonly kinds: readonly SubjectKind[];
  /** Of all requests of the subject lately, in what share it has to happen. */
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
    describe: (observed) => `had ${percent(observed)} of its requests in a minute refused as faulty`,
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
      `sent about ${whole(observed)} prompt injections in the last hour; ${whole(limit)} are put up with`,
  },
  route_scan: {
    kinds: ['key', 'address'],
    share: 0.3,
    describe: (observed, limit) =>
      `asked for about ${whole(observed)} addresses or pipelines that do not exist in the last hour; ${whole(limit)} are put up with`,
  },
  run_probing: {
    kinds: ['key', 'address'],
    share: 0.3,
    describe: (observed, limit) =>
      `asked for about ${whole(observed)} runs that it does not have in the last hour; ${whole(limit)} are put up with`,
  },
  auth_failures: {
    kinds: ['address'],
    share: 0.3,
    describe: (observed, limit) =>
      `sent unknown keys about ${whole(observed)} times in the last hour; ${whole(limit)} are put up with`,
  },
};
