import { counter, gauge, secondsHistogram } from '@llmos/telemetry';

/** What every service with memory measures. */
export const stateMetrics = {
  /** 1 while Redis answers. Absent in a service that has no Redis. */
  up: gauge('llmos_redis_up', 'Whether Redis answers: 1, or 0', []),
  commands: secondsHistogram('llmos_redis_command_seconds', 'Time of commands that Redis answered', ['command']),
  failures: counter('llmos_redis_failures_total', 'Commands without an answer; those not sent are counted, too', [
    'command',
  ]),
};
