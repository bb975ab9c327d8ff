import { counter, gauge } from '@llmos/telemetry';

/** The metrics of the security service. */
export const securityMetrics = {
  byRules: counter('llmos_screenings_by_rules_total', 'Requests without the shared encoder: failed or not loaded', []),
  byFirstStage: counter('llmos_screenings_by_first_stage_total', 'Requests in which the second stage failed', []),
  alerts: counter('llmos_threat_alerts_total', 'Alerts of the threat detection', ['signal', 'severity']),
  restrictions: gauge('llmos_restrictions', 'Restrictions in force', ['action']),
  subjects: gauge('llmos_threat_subjects', 'Keys, tenants and addresses that are watched', []),
};
