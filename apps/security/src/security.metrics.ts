import { counter, gauge } from '@llmos/telemetry';

/** The metrics of the security service. */
export const securityMetrics = {
  byRules: counter('llmos_screenings_by_rules_total', 'Texts screened without the model, because it failed', []),
  byFirstStage: counter(
    'llmos_screenings_by_first_stage_total',
    'Times that the second stage was asked and failed',
    [],
  ),
  alerts: counter('llmos_threat_alerts_total', 'Alerts of the threat detection', ['signal', 'severity']),
  restrictions: gauge('llmos_restrictions', 'Restrictions in force', ['action']),
  subjects: gauge('llmos_threat_subjects', 'Keys, tenants and addresses that are watched', []),
};
