import type { Logger } from '@llmos/telemetry';
import { securityMetrics } from '../security.metrics.js';
import type { StageName } from './stages.js';

const LOG_INTERVAL_MS = 60_000;
const COUNTERS = { first: securityMetrics.byRules, second: securityMetrics.byFirstStage };

/** Counts every request that continues without a stage, and logs at most one a minute for each stage. */
export function fallbackReports(log: Pick<Logger, 'warn'>): (stage: StageName, error: unknown) => void {
  const quietUntil = { first: 0, second: 0 };
  return (stage, error) => {
    COUNTERS[stage].inc();
    if (Date.now() < quietUntil[stage]) return;
    quietUntil[stage] = Date.now() + LOG_INTERVAL_MS;
    log.warn({ err: error, stage }, 'a request was screened without this stage, because its encoder failed');
  };
}
